import type { Anthropic } from '@anthropic-ai/sdk';
import type { SimulatedRequest } from './simulated-request.js';

/** Text as a test writes it. */
export interface TextReply {
  readonly type: 'text';
  readonly text: string;
}

/** Thinking as a test writes it. A signature is made up when there is none. */
export interface ThinkingReply {
  readonly type: 'thinking';
  readonly thinking: string;
  readonly signature?: string;
}

/** A tool call as a test writes it. An id is made up when there is none. */
export interface ToolUseReply {
  readonly type: 'tool_use';
  readonly name: string;
  readonly input: unknown;
  readonly id?: string;
  /** What a stream sends instead of `input`'s JSON: an input that was cut off, or is no JSON at all. */
  readonly partialJson?: string;
}

/** A content block of an answer: in short form, or any complete one of the API's, which is sent as it is. */
export type ReplyBlock = TextReply | ThinkingReply | ToolUseReply | Anthropic.ContentBlock;

/** An answer in full. */
export interface FullReply {
  readonly content: string | readonly ReplyBlock[];
  /** Replaces single figures of the usage that the simulator works out. */
  readonly usage?: Partial<Anthropic.Usage>;
  /** Default `tool_use` when the last block is one, else `end_turn`. */
  readonly stopReason?: Anthropic.StopReason;
  readonly stopSequence?: string;
}

/** An answer that needs no request to be known. It is sent as written: `max_tokens` and `stop_sequences` do not cut it. */
export type FixedReply = string | readonly ReplyBlock[] | FullReply;

/** What a rule answers with; a function sees the request and may wait. */
export type MessageReply = FixedReply | ((request: SimulatedRequest) => FixedReply | Promise<FixedReply>);
