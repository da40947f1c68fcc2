import type { AttemptRecord, CallRecord } from '../../call/record.js';
import type { SpanLike } from './call-span.js';

export type AttributeValue = string | number | boolean;

type Attribute = (record: CallRecord) => AttributeValue | null | undefined;

/**
 * What is put on the SDK's span of a call, in words from closed sets, ids and numbers: never what others have named. What the
 * conventions of OpenTelemetry have no name for stands under `claude.`; `gen_ai.usage.cost` is what tools that read such
 * spans look for.
 */
const ATTRIBUTES = {
  'claude.call.id': ({ id }) => id,
  'claude.instance': ({ instance }) => instance,
  'claude.endpoint': ({ attempts }) => attempts.at(-1)?.endpoint,
  'claude.outcome': ({ outcome }) => outcome.kind,
  'claude.refusal': ({ outcome }) => (outcome.kind === 'refused' ? outcome.code : null),
  'claude.failure': ({ outcome }) => (outcome.kind === 'failed' ? outcome.error.meaning.kind : null),
  'claude.attempts': ({ attempts }) => attempts.length,
  'claude.queue_wait_ms': ({ attempts }) => attempts.reduce((sum, { queuedMs }) => sum + queuedMs, 0),
  'claude.retry_budget_exhausted': ({ retryBudgetExhausted }) => retryBudgetExhausted || null,
  'claude.max_tokens_lowered_to': ({ maxTokensLoweredTo }) => maxTokensLoweredTo,
  'gen_ai.usage.cost': ({ costNanoUsd }) => (costNanoUsd === null ? null : costNanoUsd / 1e9),
  'error.type': (record) => ownErrorType(record),
} as const satisfies Readonly<Record<string, Attribute>>;

const ENTRIES: readonly (readonly [string, Attribute])[] = Object.entries(ATTRIBUTES);

/** Names of all attributes that may be put on a span. */
export const SPAN_ATTRIBUTE_NAMES: readonly string[] = Object.keys(ATTRIBUTES);

/** Name of the event of an attempt that failed. */
export const FAILED_ATTEMPT_EVENT = 'claude.attempt_failed';

export function spanAttributes(record: CallRecord): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, attribute] of ENTRIES) {
    const value = attribute(record);
    if (value !== null && value !== undefined) attributes[name] = value;
  }
  return attributes;
}

/** Each attempt that failed becomes an event, at the time of its end: the SDK has one span a call, whatever was tried. */
export function addFailedAttempts(span: SpanLike, { attempts, startedAtMs }: CallRecord): void {
  for (const attempt of attempts) {
    if (attempt.failure === null) continue;
    const endedAt = new Date(startedAtMs + attempt.startedAfterMs + attempt.durationMs);
    span.addEvent(FAILED_ATTEMPT_EVENT, attemptAttributes(attempt, attempt.failure.meaning.kind), endedAt);
  }
}

function attemptAttributes(attempt: AttemptRecord, kind: string): Record<string, AttributeValue> {
  const { number, endpoint, status, retryDelayMs } = attempt;
  return {
    'claude.attempt': number,
    'claude.endpoint': endpoint,
    'error.type': kind,
    ...(status !== null && { 'http.response.status_code': status }),
    ...(retryDelayMs !== null && { 'claude.retry_delay_ms': retryDelayMs }),
  };
}

/** The SDK calls every error of ours `client_error`. What the API answers with it names better. */
export function ownErrorType({ outcome }: CallRecord): string | null {
  if (outcome.kind === 'refused') return outcome.code;
  if (outcome.kind !== 'failed') return null;
  const { type, code } = outcome.error;
  return code !== null && /^[a-z_]+$/.test(code) && /[a-z]Error$/.test(type) ? code : null;
}
