/** A call of a tool, as a message holds it: `ToolUseBlock` of the SDK, beta or not. */
export interface ToolUseLike {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

/** As much of a message of the SDK, beta or not, as is looked at. */
export interface MessageLike {
  readonly content: readonly { readonly type: string }[];
  readonly stop_reason: string | null;
}

/** A tool that the model wants run, and whether its input is all there. */
export type ToolUse =
  | { readonly status: 'complete'; readonly id: string; readonly name: string; readonly input: unknown }
  /** The answer ended within it. It must not be run: what there is of its input may be valid by accident. */
  | {
      readonly status: 'incomplete';
      readonly id: string;
      readonly name: string;
      /** Why the answer ended: `max_tokens`, `model_context_window_exceeded`, `refusal`; `null` when it broke off. */
      readonly stopReason: string | null;
    };

/** Reasons with which the model stops of its own accord, after a whole block. */
const WHOLE_BLOCKS: ReadonlySet<string | null> = new Set([
  'tool_use',
  'end_turn',
  'stop_sequence',
  'pause_turn',
  'compaction',
]);

/**
 * The tools a message asks for. A message that stopped for want of room ends in the middle of its last block, and a
 * `tool_use` there has an input that is cut off, which the SDK's lenient reading of partial JSON does not show.
 *
 * ```ts
 * for (const use of toolUses(message)) if (use.status === 'complete') await run(use.name, use.input);
 * ```
 *
 * Source: Anthropic API docs, "Handling stop reasons".
 */
export function toolUses(message: MessageLike): readonly ToolUse[] {
  const { content, stop_reason: stopReason } = message;
  const cutOff = WHOLE_BLOCKS.has(stopReason) ? undefined : content.at(-1);
  return content.filter(isToolUse).map((block): ToolUse => {
    const { id, name, input } = block;
    return block === cutOff ? { status: 'incomplete', id, name, stopReason } : { status: 'complete', id, name, input };
  });
}

function isToolUse(block: { readonly type: string }): block is ToolUseLike {
  return block.type === 'tool_use';
}
