import type { Attempt } from '../call/attempt.js';
import type { CircuitResult } from './circuit-ticket.js';

/** Timers fire this much early at the most. */
const TIMER_SLACK_MS = 10;

/**
 * What the end of an attempt says of the model at its endpoint. Never having got there says nothing of a model.
 *
 * @param limitMs How long it might have taken to answer.
 * @param answered Whether its answer was handed out: whatever the caller does with it then, the model has delivered.
 */
export function modelVerdict(attempt: Attempt, limitMs: number, answered: boolean): CircuitResult {
  const { failure } = attempt;
  if (failure === null) return attempt.abandoned && !answered ? 'neutral' : 'success';
  if (!attempt.sent || isUnreachable(attempt)) return 'neutral';
  if (failure.meaning.countsAgainstCircuit) return 'failure';
  if (failure.code !== 'deadline_exceeded') return 'neutral';
  if (answered) return 'success';
  // A deadline is the caller's doing, unless the attempt had all the time an attempt may have.
  return attempt.elapsedMs >= limitMs - TIMER_SLACK_MS ? 'failure' : 'neutral';
}

/** What it says of the endpoint as a whole: whoever answers is there, whatever the answer. */
export function endpointVerdict(attempt: Attempt): CircuitResult {
  if (isUnreachable(attempt)) return 'failure';
  return attempt.status === null ? 'neutral' : 'success';
}

function isUnreachable({ failure }: Attempt): boolean {
  const kind = failure?.meaning.kind;
  return kind === 'unreachable' || kind === 'tls';
}
