import type { Call } from '../call/call.js';
import type { Clock } from '../call/clock.js';
import { isClaudeError } from '../errors/claude-error.js';
import { isAbortError } from '../errors/error-cause.js';
import { isTlsFailure, neverSent } from '../errors/network-codes.js';
import { retryAfterMs } from './retry-after.js';
import type { AttemptFailure } from './retry.policy.js';

/** Statuses that say the request was turned away before anything was done. */
const TURNED_AWAY: ReadonlySet<number> = new Set([408, 429, 503, 529]);

/** An answer that is an error. */
export function failureOfAnswer(answer: Response, call: Call, clock: Clock): AttemptFailure {
  const { status, headers } = answer;
  const shouldRetry = headers.get('x-should-retry');
  return {
    status,
    errorCode: call.attempt?.failure?.code ?? null,
    shouldRetry: shouldRetry === 'true' ? true : shouldRetry === 'false' ? false : null,
    hintMs: retryAfterMs(headers, clock.wall()),
    ambiguous: status >= 500 && !TURNED_AWAY.has(status),
  };
}

/** Something thrown. `null` when it is nothing that another attempt could help. */
export function failureOfError(error: unknown, call: Call): AttemptFailure | null {
  // An error that is not the attempt's own comes from a stage in between, and is a decision.
  if (call.interruption || error !== call.attempt?.error || isAbortError(error)) return null;
  if (isClaudeError(error) ? !isUpstreams(error.code) : !call.attempt?.sent) return null;
  const code = call.attempt?.failure?.code ?? '';
  if (isTlsFailure(code)) return null;
  return { status: null, errorCode: null, shouldRetry: null, hintMs: null, ambiguous: !neverSent(code) };
}

/** Errors of ours that name a fault of the upstream; the others are decisions, and stand. */
function isUpstreams(code: string): boolean {
  return code === 'protocol_error' || code === 'stream_stalled' || code === 'stream_interrupted';
}
