import type { Anthropic } from '@anthropic-ai/sdk';
import { usageAtEnd, usageAtStart } from '../usage/usage.js';
import type { Answer } from './answer.js';
import { PING, plainEvent, sse, type StreamEvent } from './stream-event.js';

/** An answer with everything that makes it a message. */
export interface MessageEnvelope {
  readonly id: string;
  readonly model: string;
  readonly answer: Answer;
  readonly usage: Anthropic.Usage;
  /** Whether it was asked for at the beta endpoint, whose messages have a few more fields. */
  readonly isBeta: boolean;
}

/** Fields of a beta usage that nothing here ever sets. */
const BETA_USAGE = { iterations: null, fallback_credit: null };

/** A message as a JSON answer. */
export function messageJson(envelope: MessageEnvelope): string {
  const { answer, usage } = envelope;
  const stop = stopOf(answer);
  return messageText(envelope, answer.contentJson, stop, usage);
}

/** The whole stream of a message as one text. */
export function messageSse(envelope: MessageEnvelope): string {
  return startText(envelope) + PING + envelope.answer.contentSse + endText(envelope);
}

/** The stream of a message, event by event. */
export function messageEvents(envelope: MessageEnvelope): readonly StreamEvent[] {
  const start = { text: startText(envelope), tokens: 0, isDelta: false };
  const ping = { text: PING, tokens: 0, isDelta: false };
  const delta = { text: deltaText(envelope), tokens: 0, isDelta: false };
  return [start, ping, ...envelope.answer.contentEvents, delta, plainEvent('message_stop', { type: 'message_stop' })];
}

function startText(envelope: MessageEnvelope): string {
  const message = messageText(envelope, '[]', NOT_STOPPED, usageAtStart(envelope.usage));
  return `event: message_start\ndata: {"type":"message_start","message":${message}}\n\n`;
}

const STOP_TEXT = sse('message_stop', { type: 'message_stop' });

function endText(envelope: MessageEnvelope): string {
  return deltaText(envelope) + STOP_TEXT;
}

function deltaText({ answer, usage, isBeta }: MessageEnvelope): string {
  const end = usageAtEnd(usage);
  return sse('message_delta', {
    type: 'message_delta',
    delta: { ...stopOf(answer), stop_details: null, container: null },
    usage: isBeta ? { ...end, ...BETA_USAGE } : end,
    ...(isBeta ? { context_management: null } : {}),
  });
}

interface Stop {
  readonly stop_reason: string | null;
  readonly stop_sequence: string | null;
}

const NOT_STOPPED: Stop = { stop_reason: null, stop_sequence: null };

function stopOf({ stopReason, stopSequence }: Answer): Stop {
  return { stop_reason: stopReason, stop_sequence: stopSequence };
}

/** Put together by hand around content that is text already. */
function messageText(
  { id, model, isBeta }: MessageEnvelope,
  content: string,
  stop: Stop,
  usage: Anthropic.Usage,
): string {
  const head = `{"model":${JSON.stringify(model)},"id":"${id}","type":"message","role":"assistant","content":${content}`;
  const more = isBeta ? ',"context_management":null' : '';
  const usageText = JSON.stringify(isBeta ? { ...usage, ...BETA_USAGE } : usage);
  return (
    `${head},"stop_reason":${JSON.stringify(stop.stop_reason)},"stop_sequence":${JSON.stringify(stop.stop_sequence)}` +
    `,"stop_details":null,"container":null,"diagnostics":null${more},"usage":${usageText}}`
  );
}
