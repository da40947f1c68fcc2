import { gzipSync } from 'node:zlib';
import { errorMessageOf, statusOfErrorType } from '../http/api-failure.js';
import { CUT, END, RESET, STALL, write, type Step } from '../http/step.js';
import { eventSteps, messageSteps, sseHead, type MessagePlan } from '../messages/message-response.js';
import { messageEvents, messageSse } from '../messages/message-envelope.js';
import { deltaEvent, PING, plainEvent, sse, type StreamEvent } from '../messages/stream-event.js';
import type { FaultKind, FaultOf } from './fault.js';
import { corrupt, segments } from './bytes.js';

/** Faults that are about a body, and so differ between a stream and a JSON answer. */
export type BodyFaultKind = Exclude<
  FaultKind,
  'status' | 'resetBeforeHeaders' | 'hang' | 'malformedJson' | 'emptyBody'
>;

/** How each fault spoils an answer. */
export type BodyFaults = { readonly [K in BodyFaultKind]: (fault: FaultOf<K>, plan: MessagePlan) => readonly Step[] };

const MALFORMED_EVENT = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"typ\n\n';

export const STREAM_FAULTS: BodyFaults = {
  resetMidStream: (fault, plan) => cutStream(plan, fault.afterDeltas, [RESET]),
  truncateStream: (fault, plan) => cutStream(plan, fault.afterDeltas, [END]),
  truncateBody: (fault, plan) => cutStream(plan, fault.afterDeltas ?? 1, [CUT]),
  stallMidStream: (fault, plan) => cutStream(plan, fault.afterDeltas, [STALL]),
  malformedEvent: (fault, plan) => cutStream(plan, fault.afterDeltas, [write(MALFORMED_EVENT), END]),
  errorEvent: (fault, plan) => {
    const tail = [write(errorEvent(fault, plan.requestId)), END];
    return fault.beforeMessageStart ? [sseHead(plan), ...tail] : cutStream(plan, fault.afterDeltas ?? 0, tail);
  },
  stallAfterHeaders: (_, plan) => [sseHead(plan), STALL],
  pingsOnly: ({ everyMs = 1_000 }, plan) => {
    const pings: Step = { do: 'repeat', text: PING, everyMs };
    return [sseHead(plan), ...eventSteps(messageEvents(plan.envelope).slice(0, 1), plan), pings];
  },
  slowFirstToken: ({ ms }, plan) => messageSteps({ ...plan, latency: { ...plan.latency, firstTokenMs: ms } }),
  slowStream: ({ perEventMs }, plan) => messageSteps({ ...plan, latency: { ...plan.latency, perEventMs } }),
  corruptGzip: (_, plan) => {
    const bytes = corrupt(gzipSync(messageSse(plan.envelope)));
    const head = sseHead(plan, ['content-encoding', 'gzip']);
    return [head, { do: 'segment', bytes, tokens: plan.envelope.answer.outputTokens }, END];
  },
  hugeEvent: ({ bytes }, plan) => {
    const events = messageEvents(plan.envelope);
    const at = events.findIndex(({ isDelta }) => isDelta);
    const huge = deltaEvent(0, { type: 'text_delta', text: 'x'.repeat(bytes) }, 0);
    return [sseHead(plan), ...eventSteps(events.toSpliced(at < 0 ? events.length : at, 0, huge), plan), END];
  },
  unknownEvents: (_, plan) => [sseHead(plan), ...eventSteps(withUnknownEvents(plan), plan), END],
  splitBytes: ({ chunkBytes }, plan) => {
    const tokens = plan.envelope.answer.outputTokens;
    return [sseHead(plan), ...segments(messageSse(plan.envelope), chunkBytes, tokens), END];
  },
};

/** The stream up to and with its first `afterDeltas` deltas, then the tail. */
function cutStream(plan: MessagePlan, afterDeltas: number, tail: readonly Step[]): readonly Step[] {
  const events = messageEvents(plan.envelope);
  return [sseHead(plan), ...eventSteps(events.slice(0, cutAfter(events, afterDeltas)), plan), ...tail];
}

/** No deltas means right behind `message_start`; more than there are means behind the last. */
function cutAfter(events: readonly StreamEvent[], afterDeltas: number): number {
  if (afterDeltas === 0) return 1;
  const deltas = events.flatMap(({ isDelta }, index) => (isDelta ? [index] : []));
  return (deltas[Math.min(afterDeltas, deltas.length) - 1] ?? 0) + 1;
}

function errorEvent(fault: FaultOf<'errorEvent'>, requestId: string): string {
  const { type = 'overloaded_error', message = errorMessageOf(statusOfErrorType(type)) } = fault;
  return sse('error', { type: 'error', error: { details: null, type, message }, request_id: requestId });
}

function withUnknownEvents({ envelope }: MessagePlan): readonly StreamEvent[] {
  const index = envelope.answer.blockCount;
  const block = { type: 'future_block', future: true };
  const [start, ...rest] = messageEvents(envelope);
  const content = rest.slice(0, -2);
  return [
    ...(start ? [start] : []),
    { text: ': a comment\n\n', tokens: 0, isDelta: false },
    plainEvent('future_event', { type: 'future_event', future: [1, 2, 3] }),
    ...content,
    plainEvent('content_block_start', { type: 'content_block_start', index, content_block: block }),
    deltaEvent(index, { type: 'future_delta', future: 'x' }, 0),
    plainEvent('content_block_stop', { type: 'content_block_stop', index }),
    ...rest.slice(-2),
  ];
}
