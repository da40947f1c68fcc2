import { gzipSync } from 'node:zlib';
import { statusOfErrorType } from '../http/api-failure.js';
import { bodySteps, CUT, END, JSON_TYPE, RESET, STALL, wait, write, type Step } from '../http/step.js';
import { messageJson } from '../messages/message-envelope.js';
import { jsonSteps, type MessagePlan } from '../messages/message-response.js';
import { corrupt, segments } from './bytes.js';
import { statusSteps } from './status-steps.js';
import type { BodyFaults } from './stream-faults.js';

/** What the faults of streams are to a JSON answer: the same mishap, as near as it gets. */
export const JSON_FAULTS: BodyFaults = {
  resetMidStream: (_, plan) => halfBody(plan, [RESET]),
  truncateStream: (_, plan) => halfBody(plan, [END], 'chunked'),
  truncateBody: (_, plan) => halfBody(plan, [CUT]),
  stallMidStream: (_, plan) => halfBody(plan, [STALL]),
  malformedEvent: (_, plan) => malformedJson(plan),
  errorEvent: ({ type = 'overloaded_error', message }, plan) => {
    const fault = { kind: 'status', status: statusOfErrorType(type), type, ...(message && { message }) } as const;
    return statusSteps(fault, plan.headers, plan.requestId);
  },
  stallAfterHeaders: (_, plan) => [head(plan), STALL],
  pingsOnly: (_, plan) => [head(plan), STALL],
  slowFirstToken: ({ ms }, plan) => jsonSteps({ ...plan, latency: { ...plan.latency, jsonMs: ms } }),
  slowStream: ({ perEventMs }, plan) => jsonSteps({ ...plan, latency: { ...plan.latency, jsonMs: perEventMs } }),
  corruptGzip: (_, plan) => {
    const bytes = corrupt(gzipSync(messageJson(plan.envelope)));
    return [head(plan, ['content-encoding', 'gzip']), { do: 'segment', bytes, tokens: tokensOf(plan) }, END];
  },
  hugeEvent: ({ bytes }, plan) => {
    const block = JSON.stringify({ citations: null, type: 'text', text: 'x'.repeat(bytes) });
    return complete(plan, insertIntoContent(messageJson(plan.envelope), block));
  },
  unknownEvents: (_, plan) => {
    const body = insertIntoContent(messageJson(plan.envelope), '{"type":"future_block","future":true}');
    return complete(plan, `{"future_field":[1,2,3],${body.slice(1)}`);
  },
  splitBytes: ({ chunkBytes }, plan) => {
    return [head(plan), ...segments(messageJson(plan.envelope), chunkBytes, tokensOf(plan)), END];
  },
};

/** A body that stops in the middle, with its length declared right. */
export function malformedJson(plan: MessagePlan): readonly Step[] {
  const body = messageJson(plan.envelope);
  return complete(plan, body.slice(0, body.length / 2));
}

function halfBody(
  plan: MessagePlan,
  tail: readonly Step[],
  length: 'declared' | 'chunked' = 'declared',
): readonly Step[] {
  const body = messageJson(plan.envelope);
  const declared = length === 'declared' ? ['content-length', String(Buffer.byteLength(body))] : [];
  return [
    ...wait(plan.latency.jsonMs),
    head(plan, declared),
    write(body.slice(0, body.length / 2), tokensOf(plan)),
    ...tail,
  ];
}

function complete(plan: MessagePlan, body: string): readonly Step[] {
  return [...wait(plan.latency.jsonMs), ...bodySteps(200, [...JSON_TYPE, ...plan.headers], body, tokensOf(plan))];
}

function head({ headers }: MessagePlan, more: readonly string[] = []): Step {
  return { do: 'head', status: 200, headers: [...JSON_TYPE, ...headers, ...more] };
}

/** By the time a body is sent, all of it has been generated. */
function tokensOf({ envelope }: MessagePlan): number {
  return envelope.answer.outputTokens;
}

function insertIntoContent(message: string, block: string): string {
  return message.replace('"content":[', () => `"content":[${block},`).replace(`${block},]`, () => `${block}]`);
}
