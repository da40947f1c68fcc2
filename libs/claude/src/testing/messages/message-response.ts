import { bodySteps, END, JSON_TYPE, wait, write, type Step } from '../http/step.js';
import type { Latency } from '../simulator.options.js';
import { messageEvents, messageJson, messageSse, type MessageEnvelope } from './message-envelope.js';
import type { StreamEvent } from './stream-event.js';

/** What is to be sent for a message, before any fault has had its say. */
export interface MessagePlan {
  readonly envelope: MessageEnvelope;
  readonly isStream: boolean;
  /** Headers of the answer but for its content type and length. */
  readonly headers: readonly string[];
  readonly requestId: string;
  readonly latency: Required<Latency>;
}

const SSE_TYPE = ['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache'] as const;

/** The answer as it should be. */
export function messageSteps(plan: MessagePlan): readonly Step[] {
  return plan.isStream ? streamSteps(plan) : jsonSteps(plan);
}

export function jsonSteps({ envelope, headers, latency }: MessagePlan): readonly Step[] {
  const steps = bodySteps(200, [...JSON_TYPE, ...headers], messageJson(envelope), envelope.answer.outputTokens);
  return latency.jsonMs > 0 ? [...wait(latency.jsonMs), ...steps] : steps;
}

function streamSteps(plan: MessagePlan): readonly Step[] {
  const { firstTokenMs, perEventMs } = plan.latency;
  if (firstTokenMs > 0 || perEventMs > 0)
    return [sseHead(plan), ...eventSteps(messageEvents(plan.envelope), plan), END];
  return [sseHead(plan), write(messageSse(plan.envelope), plan.envelope.answer.outputTokens), END];
}

/** @param more Headers beside those of every stream. */
export function sseHead({ headers }: MessagePlan, more: readonly string[] = []): Step {
  return { do: 'head', status: 200, headers: [...SSE_TYPE, ...headers, ...more] };
}

/** How many events, `message_start` and a ping, go out before the first token. */
const EVENTS_BEFORE_CONTENT = 2;

/** Events as they are timed. */
export function eventSteps(events: readonly StreamEvent[], { latency }: Pick<MessagePlan, 'latency'>): readonly Step[] {
  return events.flatMap(({ text, tokens }, index) => [...wait(delayBefore(index, latency)), write(text, tokens)]);
}

function delayBefore(index: number, { firstTokenMs, perEventMs }: Required<Latency>): number {
  if (index === 0) return 0;
  return index === EVENTS_BEFORE_CONTENT ? firstTokenMs + perEventMs : perEventMs;
}
