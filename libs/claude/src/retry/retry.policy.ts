import type { Random } from '../call/clock.js';
import type { FailureMeaning } from '../errors/failure-meaning.js';
import { jitteredHintMs } from '../call/retry-after.js';
import { fullJitterMs } from './backoff.js';
import type { RetrySettings } from './retry.options.js';

/** How an attempt failed, or was refused, as far as repeating it is concerned. */
export interface AttemptFailure {
  readonly meaning: FailureMeaning;
  /** How long the server asks to wait. */
  readonly hintMs: number | null;
}

/** What the policy must know of the call. */
export interface RetryState {
  /** Number of attempts made, the one that failed included. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Milliseconds left until an answer must have begun. */
  readonly leftMs: number;
  /** How many attempts before this one ended in a 409. */
  readonly conflicts: number;
  /** Whether repeating the operation could create a second object. */
  readonly creates: boolean;
  /** Whether the wait the server asked for is kept in the queue for limits, so that nobody has to sleep here. */
  readonly waitIsKept: boolean;
  /** Whether the circuit refuses another attempt at the same place. */
  readonly circuitOpen: boolean;
  /** Whether another endpoint could take the next attempt. */
  readonly hasOther: boolean;
  /** The model that would take over next, if any is left. */
  readonly fallbackModel: string | null;
}

/** What comes after a failure. */
export type NextStep =
  | { readonly kind: 'give-up' }
  /** Another attempt, after a wait. No wait is ever asked for that no attempt follows. */
  | { readonly kind: 'wait'; readonly delayMs: number }
  /** Another attempt, when its turn has come in the queue for limits, which keeps the wait the server asked for. */
  | { readonly kind: 'queue'; readonly maxQueueMs: number }
  /** Another attempt, at once, at another endpoint. */
  | { readonly kind: 'move' }
  /** Another attempt, at once, with another model. */
  | { readonly kind: 'ask'; readonly model: string };

/** The end of it. */
export const GIVE_UP: NextStep = Object.freeze({ kind: 'give-up' });

const MOVE: NextStep = Object.freeze({ kind: 'move' });

/**
 * What to do after a failed attempt. It is given up when the failure would repeat, attempts are used up, or the wait would
 * outlast the deadline or `maxRetryAfterMs`.
 */
export function nextStep(
  failure: AttemptFailure,
  state: RetryState,
  settings: RetrySettings,
  random: Random,
): NextStep {
  if (state.attempt >= state.maxAttempts) return GIVE_UP;
  if (moves(failure.meaning, state)) return MOVE;
  const delayMs = isRepeatable(failure.meaning, state) ? delayFor(failure, state, settings, random) : null;
  if (fallsBack(failure.meaning, delayMs) && state.fallbackModel !== null) {
    return { kind: 'ask', model: state.fallbackModel };
  }
  if (delayMs === null) return GIVE_UP;
  if (failure.hintMs !== null && state.waitIsKept) {
    return { kind: 'queue', maxQueueMs: Math.min(settings.maxRetryAfterMs, state.leftMs) };
  }
  return { kind: 'wait', delayMs };
}

/** What a retry takes from the budget: waiting exactly as long as a 429 asked to is no storm. */
export function costOf({ meaning, hintMs }: AttemptFailure, step: NextStep): number {
  return step.kind !== 'ask' && meaning.kind === 'throttled' && hintMs !== null ? 0.5 : 1;
}

/**
 * Another endpoint gives the same answer, and at once: better than a wait, and better than another model. Where money has run
 * out, no caller should try again, but another of our own accounts may be paid for.
 */
function moves({ advice, kind, mayHaveRun }: FailureMeaning, { hasOther, creates }: RetryState): boolean {
  return hasOther && (advice.includes('elsewhere') || kind === 'spent') && !(creates && mayHaveRun);
}

function isRepeatable(meaning: FailureMeaning, state: RetryState): boolean {
  if (!meaning.advice.includes('after-delay') || state.circuitOpen) return false;
  if (state.creates && meaning.mayHaveRun) return false;
  return meaning.kind !== 'conflict' || state.conflicts === 0;
}

function delayFor(failure: AttemptFailure, state: RetryState, settings: RetrySettings, random: Random): number | null {
  const { hintMs } = failure;
  if (hintMs !== null && hintMs > settings.maxRetryAfterMs) return null;
  const delayMs = hintMs === null ? backoffMs(failure, state, settings, random) : jitteredHintMs(hintMs, random);
  return delayMs < state.leftMs ? delayMs : null;
}

/** A limit that frees up within the call is worth waiting for: another model is another answer. */
function fallsBack({ kind, advice }: FailureMeaning, delayMs: number | null): boolean {
  return advice.includes('other-model') && (kind !== 'throttled' || delayMs === null);
}

function backoffMs(
  { meaning: { kind } }: AttemptFailure,
  { attempt }: RetryState,
  settings: RetrySettings,
  random: Random,
): number {
  return kind === 'overloaded' || kind === 'throttled'
    ? fullJitterMs(attempt, settings.overloadedBaseDelayMs, settings.overloadedMaxDelayMs, random)
    : fullJitterMs(attempt, settings.baseDelayMs, settings.maxDelayMs, random);
}
