import type { CallRecord } from '../call/record.js';
import {
  cleared,
  clearedId,
  clearedTags,
  fillFields,
  isoTime,
  tenths,
  type Clear,
  type LineField,
} from './line-fields.js';
import { spentTokens } from './spent-tokens.js';

/**
 * What the line of a call holds, in order. Nothing else of a call is logged: no headers, no bodies, no messages of errors,
 * which may quote a request.
 */
const FIELDS = {
  msg: ({ outcome }) => `Claude call ${outcome.kind}`,
  callId: ({ id }) => id,
  requestId: ({ requestId }, clear) => clearedId(requestId, clear),
  correlationId: ({ correlationId }, clear) => clearedId(correlationId, clear),
  traceId: ({ traceId }) => traceId,
  spanId: ({ spanId }) => spanId,
  startedAt: ({ startedAtMs }) => isoTime(startedAtMs),
  instance: ({ instance }) => instance,
  operation: ({ operation }) => operation,
  model: ({ model }, clear) => cleared(model, clear),
  answeredBy: ({ model, attempts }, clear) => otherThan(model, attempts.at(-1)?.model ?? null, clear),
  stream: ({ stream }) => stream,
  endpoint: ({ attempts }, clear) => cleared(attempts.at(-1)?.endpoint ?? null, clear),
  outcome: ({ outcome }) => outcome.kind,
  status: ({ status }) => status,
  errorClass: ({ outcome }, clear) => (outcome.kind === 'failed' ? clear(outcome.error.type) : null),
  errorCode: ({ outcome }, clear) => (outcome.kind === 'failed' ? cleared(outcome.error.code, clear) : null),
  errorKind: ({ outcome }) => (outcome.kind === 'failed' ? outcome.error.meaning.kind : null),
  refusal: ({ outcome }) => (outcome.kind === 'refused' ? outcome.code : null),
  abandonedAt: ({ outcome }) => (outcome.kind === 'abandoned' ? outcome.at : null),
  attempts: ({ attempts }) => attempts.length,
  retriedAfter: ({ attempts }) => kindsOfRetries(attempts),
  retryBudgetExhausted: ({ retryBudgetExhausted }) => retryBudgetExhausted || null,
  durationMs: ({ durationMs }) => tenths(durationMs),
  timeToFirstTokenMs: ({ timeToFirstEventMs }) => (timeToFirstEventMs === null ? null : tenths(timeToFirstEventMs)),
  queuedMs: ({ attempts }) => tenths(attempts.reduce((sum, { queuedMs }) => sum + queuedMs, 0)) || null,
  inputTokens: (record) => spentTokens(record)?.inputTokens,
  cacheReadTokens: (record) => spentTokens(record)?.cacheReadTokens || null,
  cacheWrite5mTokens: (record) => spentTokens(record)?.cacheWrite5mTokens || null,
  cacheWrite1hTokens: (record) => spentTokens(record)?.cacheWrite1hTokens || null,
  outputTokens: (record) => spentTokens(record)?.outputTokens,
  usageQuality: ({ usage }) => usage?.quality,
  maxTokensLoweredTo: ({ maxTokensLoweredTo }) => maxTokensLoweredTo,
  costUsd: ({ costNanoUsd }) => (costNanoUsd === null ? null : costNanoUsd / 1e9),
  user: ({ user }, clear) => cleared(user, clear),
  tags: ({ tags }, clear) => clearedTags(tags, clear),
  requestType: ({ requestType }, clear) => cleared(requestType, clear),
  priority: ({ priority }) => (priority === 'normal' ? null : priority),
} as const satisfies Readonly<Record<string, LineField<CallRecord>>>;

const ENTRIES: readonly (readonly [string, LineField<CallRecord>])[] = Object.entries(FIELDS);

/** Names of all fields that the record of a call gives. */
export const CALL_FIELD_NAMES: readonly string[] = Object.keys(FIELDS);

/** Puts the fields of a call on its line. Those that say nothing are left out. */
export function fillCallFields(line: object, record: CallRecord, clear: Clear): void {
  fillFields(line, ENTRIES, record, clear);
}

function otherThan(asked: string | null, answered: string | null, clear: Clear): string | null {
  return answered === asked ? null : cleared(answered, clear);
}

function kindsOfRetries(attempts: CallRecord['attempts']): readonly string[] | null {
  if (attempts.length < 2) return null;
  return attempts.slice(0, -1).map(({ failure }) => failure?.meaning.kind ?? 'abandoned');
}
