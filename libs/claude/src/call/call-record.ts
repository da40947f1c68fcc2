import type { CallFailure } from '../errors/call-failure.js';
import type { Attempt } from './attempt.js';
import type { Call } from './call.js';
import type { AttemptRecord, CallRecord } from './record.js';

/** More would say no more. */
const MOST_FINDINGS = 20;

const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});

/** What the record of a call says that the call does not show by itself. */
export type CallEnding = Pick<CallRecord, 'instance' | 'attempts' | 'outcome' | 'usage'>;

/** The record of a call as it ends. */
export function callRecord(call: Call, { instance, attempts, outcome, usage }: CallEnding): CallRecord {
  const { user, tags, priority, requestType, correlationId } = call.context;
  const { trace } = call.init;
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
    maxTokensLoweredTo: call.maxTokens,
    optimization: call.optimization?.record(attempts, attempt) ?? null,
    findings: call.findings.length > MOST_FINDINGS ? call.findings.slice(0, MOST_FINDINGS) : call.findings,
    costNanoUsd: call.price === null ? null : costOf(attempts),
    attempts,
    retryBudgetExhausted: call.retryBudgetExhausted,
    user: user ?? null,
    tags: tags ?? NO_TAGS,
    priority: priority ?? 'normal',
    requestType: requestType ?? null,
    correlationId: correlationId ?? null,
    traceId: trace?.traceId ?? null,
    spanId: trace?.spanId ?? null,
    traceSampled: trace?.sampled ?? false,
  };
}

/** How a call failed, attempt by attempt. */
export function callFailure(call: Call, attempts: readonly Attempt[], startedAt: number): CallFailure {
  const { deciding } = call;
  return {
    callId: call.id,
    requestId: deciding?.requestId ?? attempts.findLast(({ requestId }) => requestId !== null)?.requestId ?? null,
    attempts: attempts.map((each) => ({ ...each.record(startedAt), cause: each.error })),
    retryAfterMs: deciding?.retryAfterMs ?? undefined,
    retryBudgetExhausted: call.retryBudgetExhausted,
    partial: deciding?.partial ?? null,
  };
}

function costOf(attempts: readonly AttemptRecord[]): number {
  return attempts.reduce((sum, { cost }) => sum + (cost?.nanoUsd ?? 0), 0);
}
