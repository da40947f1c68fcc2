import { isFields, type Fields } from '../../call/token-walk.js';
import type { RequestChanges, RequestFields } from '../strategy.js';

/** For five minutes, which is what a breakpoint means that does not say. */
const BREAKPOINT = Object.freeze({ type: 'ephemeral' });

/** Blocks of a message that can carry a breakpoint; thinking, for one, cannot. */
const MARKABLE: ReadonlySet<unknown> = new Set(['text', 'image', 'document', 'tool_result']);

/** A breakpoint at the end of the system prompt, else of the tools; `null` where neither can carry one. */
export function markHead({ system, tools }: RequestFields): RequestChanges | null {
  if (system != null && system !== '' && !isEmptyList(system)) {
    const marked = markContent(system);
    return marked === null ? null : { system: marked };
  }
  // What is loaded only when it is found has no place in the prompt.
  return Array.isArray(tools) && tools.every(isFields) && tools.at(-1)?.['defer_loading'] !== true && tools.length > 0
    ? { tools: withLastMarked(tools) }
    : null;
}

/** A breakpoint at the end of the last message, where that is a question; `null` where it cannot carry one. */
export function markLastMessage(messages: unknown): RequestChanges | null {
  if (!Array.isArray(messages)) return null;
  const last: unknown = messages.at(-1);
  if (!isFields(last) || last['role'] !== 'user') return null;
  const content = markContent(last['content']);
  return content === null
    ? null
    : { messages: [...(messages as readonly unknown[]).slice(0, -1), { ...last, content }] };
}

function markContent(content: unknown): readonly Fields[] | null {
  if (typeof content === 'string') {
    return content === '' ? null : [{ type: 'text', text: content, cache_control: BREAKPOINT }];
  }
  if (!Array.isArray(content) || !content.every(isFields) || !MARKABLE.has(content.at(-1)?.['type'])) return null;
  return withLastMarked(content);
}

function withLastMarked(blocks: readonly Fields[]): readonly Fields[] {
  return [...blocks.slice(0, -1), { ...blocks.at(-1), cache_control: BREAKPOINT }];
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
