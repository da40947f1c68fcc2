import type { Call } from '../call/call.js';
import { messageText } from '../call/message-text.js';
import { cutTo } from '../redaction/cut-to.js';
import type { Redactor } from '../redaction/redactor.js';

/** What is read beyond what is quoted, so that a secret across the cut is seen whole. */
const BEYOND = 4_096;

/** What a line quotes of a call. */
export interface QuotedContent {
  /** Text of the last message of the prompt. Those before it were the last ones of calls before. */
  readonly prompt?: string;
  /** Text of the answer, as far as it came. */
  readonly answer?: string;
}

/** Quotes prompt and answer of a call of the Messages API, redacted and cut to so many characters; nothing of any other. */
export function quotedContent(call: Call, redactor: Redactor, longest: number): QuotedContent {
  const quoted = (text: string): string =>
    cutTo(redactor.line(text.slice(0, longest + BEYOND)), longest + 40, text.length - longest - BEYOND);
  const prompt = messageText(lastMessage(call.params));
  const answer = call.deciding?.answer?.() ?? '';
  return { ...(prompt !== '' && { prompt: quoted(prompt) }), ...(answer !== '' && { answer: quoted(answer) }) };
}

function lastMessage(params: unknown): unknown {
  const messages = (params as { readonly messages?: unknown } | undefined)?.messages;
  return Array.isArray(messages) ? (messages as unknown[]).at(-1) : undefined;
}
