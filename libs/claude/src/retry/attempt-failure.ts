import type { Attempt } from '../call/attempt.js';
import type { Call } from '../call/call.js';
import type { Clock } from '../call/clock.js';
import { retryAfterMs } from '../call/retry-after.js';
import { isClaudeError } from '../errors/claude-error.js';
import { meaningOf, type FailureKind } from '../errors/failure-meaning.js';
import { summarizeFailure } from '../errors/failure-summary.js';
import type { AttemptFailure } from './retry.policy.js';

const ELSEWHERE_OF_CIRCUIT = onlyElsewhere('circuit-open');
const ELSEWHERE_OF_LIMIT = onlyElsewhere('over-limit');

/**
 * An answer that is an error.
 *
 * @param attempt The attempt that gave it; `undefined` where a stage of the user's own answered by itself.
 */
export function failureOfAnswer(answer: Response, attempt: Attempt | undefined, clock: Clock): AttemptFailure {
  if (attempt?.failure) return { meaning: attempt.failure.meaning, hintMs: attempt.retryAfterMs };
  return { meaning: summarizeFailure(null, answer).meaning, hintMs: retryAfterMs(answer.headers, clock.wall()) };
}

/**
 * Something thrown. `null` when it is a decision, which stands: an error of a stage in between, or of the caller's.
 *
 * @param attempt The attempt that was made; `undefined` for none.
 */
export function failureOfError(error: unknown, attempt: Attempt | undefined, call: Call): AttemptFailure | null {
  if (call.interruption) return null;
  if (isClaudeError(error, 'circuit_open')) {
    // A circuit that is open for one model may be closed for another; that of the whole endpoint is open for all.
    return error.circuit === call.endpoint.name
      ? ELSEWHERE_OF_CIRCUIT
      : { meaning: meaningOf('circuit-open'), hintMs: null };
  }
  // The queue has waited as long as it may: no wait here, but limits of another organization may have room.
  if (isClaudeError(error, 'limit_exceeded')) return ELSEWHERE_OF_LIMIT;
  if (!attempt?.failure || error !== attempt.error) return null;
  return { meaning: attempt.failure.meaning, hintMs: attempt.retryAfterMs };
}

/** A refusal of ours that only another endpoint can help. */
function onlyElsewhere(kind: FailureKind): AttemptFailure {
  return Object.freeze({
    meaning: Object.freeze({ ...meaningOf(kind), advice: ['elsewhere'] as const }),
    hintMs: null,
  });
}
