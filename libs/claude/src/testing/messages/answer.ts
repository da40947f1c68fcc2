import type { Anthropic } from '@anthropic-ai/sdk';
import { contentBlock, type ContentBlock } from './content-block.js';
import type { FixedReply, FullReply, ReplyBlock } from './reply.js';
import type { StreamEvent } from './stream-event.js';

/** What the model says to one request: everything about the answer that does not depend on who asks or when. */
export class Answer {
  readonly stopReason: Anthropic.StopReason;
  readonly stopSequence: string | null;
  /** Figures the reply insists on. */
  readonly usage: Partial<Anthropic.Usage>;
  /** At least 1, as with the API: an empty answer costs a token too. */
  readonly outputTokens: number;
  /** `null` when the model did not think. */
  readonly thinkingTokens: number | null;
  readonly #blocks: readonly ContentBlock[];
  #contentJson: string | undefined;
  #contentSse: string | undefined;

  /** @param salt Decides ids and signatures that the reply leaves open. */
  constructor(reply: FixedReply, salt: string) {
    const { content, usage = {}, stopReason, stopSequence = null } = fullReply(reply);
    const blocks: readonly ReplyBlock[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    this.#blocks = blocks.map((block, index) => contentBlock(block, index, salt));
    this.stopReason = stopReason ?? (blocks.at(-1)?.type === 'tool_use' ? 'tool_use' : 'end_turn');
    this.stopSequence = stopSequence;
    this.usage = usage;
    this.outputTokens = Math.max(1, sum(this.#blocks, 'tokens'));
    this.thinkingTokens = blocks.some(({ type }) => type === 'thinking') ? sum(this.#blocks, 'thinkingTokens') : null;
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  /** The `content` of a JSON answer, as text. */
  get contentJson(): string {
    return (this.#contentJson ??= JSON.stringify(this.#blocks.map(({ whole }) => whole)));
  }

  /** All content events of a stream, as one text. */
  get contentSse(): string {
    return (this.#contentSse ??= this.contentEvents.map(({ text }) => text).join(''));
  }

  get contentEvents(): readonly StreamEvent[] {
    return this.#blocks.flatMap(({ events }) => events);
  }
}

function fullReply(reply: FixedReply): FullReply {
  if (typeof reply === 'string') return { content: reply };
  return 'content' in reply ? reply : { content: reply };
}

function sum(blocks: readonly ContentBlock[], field: 'tokens' | 'thinkingTokens'): number {
  return blocks.reduce((total, block) => total + block[field], 0);
}
