import type { Random } from '../call/clock.js';
import { fullJitterMs, jitteredHintMs } from './backoff.js';
import type { RetrySettings } from './retry.options.js';

/** How an attempt failed, as far as repeating it is concerned. */
export interface AttemptFailure {
  /** Status of the answer; `null` when there was none. */
  readonly status: number | null;
  /** The API's `error_code`, where it gave one. */
  readonly errorCode: string | null;
  /** The server's `x-should-retry`. */
  readonly shouldRetry: boolean | null;
  /** How long the server asks to wait. */
  readonly hintMs: number | null;
  /** Whether the request may have been carried out all the same. */
  readonly ambiguous: boolean;
}

/** What the policy must know of the call. */
export interface RetryState {
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Milliseconds left until an answer must have begun. */
  readonly leftMs: number;
  /** How many attempts before this one ended in a 409. */
  readonly conflicts: number;
  /** Whether repeating the operation could create a second object. */
  readonly creates: boolean;
}

/** 429s that no waiting helps: money ran out, not capacity. Source: SDK error codes of `messages.create`. */
const SPEND_STOPS: ReadonlySet<string> = new Set(['enforced_spend_limit_reached', 'contract_spend_limit_reached']);

/**
 * How long to wait before the next attempt, or `null` when there is to be none: the failure would repeat, attempts are
 * used up, or the wait would outlast the deadline. No wait is ever returned that no attempt follows.
 */
export function nextDelayMs(
  failure: AttemptFailure,
  state: RetryState,
  settings: RetrySettings,
  random: Random,
): number | null {
  if (state.attempt >= state.maxAttempts || !isRetryable(failure, state)) return null;
  if (failure.hintMs !== null && failure.hintMs > settings.maxRetryAfterMs) return null;
  const delayMs =
    failure.hintMs === null ? backoffMs(failure, state, settings, random) : jitteredHintMs(failure.hintMs, random);
  return delayMs < state.leftMs ? delayMs : null;
}

function isRetryable(failure: AttemptFailure, state: RetryState): boolean {
  const { status, shouldRetry } = failure;
  if (state.creates && failure.ambiguous) return false;
  if (failure.errorCode !== null && SPEND_STOPS.has(failure.errorCode)) return false;
  if (shouldRetry !== null) return shouldRetry;
  if (status === null) return true;
  if (status === 409) return state.conflicts === 0;
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

function backoffMs(
  { status }: AttemptFailure,
  { attempt }: RetryState,
  settings: RetrySettings,
  random: Random,
): number {
  return status === 529 || status === 429
    ? fullJitterMs(attempt, settings.overloadedBaseDelayMs, settings.overloadedMaxDelayMs, random)
    : fullJitterMs(attempt, settings.baseDelayMs, settings.maxDelayMs, random);
}
