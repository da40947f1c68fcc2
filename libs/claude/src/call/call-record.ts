import type { Call } from './call.js';
import type { CallRecord } from './record.js';

const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});

/** What the record of a call says that the call does not show by itself. */
export type CallEnding = Pick<CallRecord, 'instance' | 'attempts' | 'outcome' | 'usage'>;

/** The record of a call as it ends. */
export function callRecord(call: Call, { instance, attempts, outcome, usage }: CallEnding): CallRecord {
  const { user, tags, priority, requestType } = call.context;
  const attempt = call.deciding;
  return {
    id: call.id,
    instance,
    operation: call.operation.name,
    model: call.model,
    stream: call.stream,
    startedAtMs: call.startedAtMs,
    durationMs: call.elapsedMs,
    timeToFirstEventMs: attempt?.timeToFirstEventMs ?? null,
    outcome,
    status: attempt?.status ?? null,
    requestId: attempt?.requestId ?? null,
    usage,
    attempts,
    retryBudgetExhausted: call.retryBudgetExhausted,
    user: user ?? null,
    tags: tags ?? NO_TAGS,
    priority: priority ?? 'normal',
    requestType: requestType ?? null,
  };
}
