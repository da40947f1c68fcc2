import { failureOf } from './call-failure.js';
import { isClaudeError } from './claude-error.js';
import type { HttpAnswer } from './error-answer.js';

/** What a caller is told of an error where there is no HTTP answer. */
export interface ErrorReport {
  /** Our own code, or the API's error code or type: `circuit_open`, `rate_limit_error`. */
  readonly code: string;
  /** The API's error type that fits it. */
  readonly type: string;
  readonly message: string;
  /** The HTTP status it stands for. */
  readonly httpStatus: number;
  /** Milliseconds after which the same call may succeed; left out where nobody knows, or time does not help. */
  readonly retryAfterMs?: number;
}

/** What to tell of an error where its HTTP answer cannot be sent. */
export function errorReportOf(error: unknown, { status, body }: HttpAnswer): ErrorReport {
  const { type, message, details } = body.error;
  const apiCode = typeof details?.error_code === 'string' ? details.error_code : type;
  const origin = originOf(error);
  const retryAfterMs = knownWaitMs(isClaudeError(origin) ? origin.retryAfterMs : failureOf(origin)?.retryAfterMs);
  return {
    code: isClaudeError(origin) ? origin.code : apiCode,
    type,
    message,
    httpStatus: status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** A wait that can be told: a number that is none, or endless, or in the past, says nothing. */
export function knownWaitMs(waitMs: number | undefined): number | undefined {
  return waitMs !== undefined && Number.isFinite(waitMs) && waitMs >= 0 ? waitMs : undefined;
}

/** The error that an exception made of a refusal stands for. */
function originOf(error: unknown): unknown {
  if (isClaudeError(error) || !(error instanceof Error)) return error;
  return isClaudeError(error.cause) ? error.cause : error;
}
