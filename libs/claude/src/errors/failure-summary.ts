import type { FailureSummary } from '../call/outcome.js';
import { isErrorBody } from './error-body.js';

/**
 * What a failure was, in words from closed sets: the API's error type and code, or the class and code of an error.
 * Messages are left out, since an API error may quote the request.
 *
 * @param failure An error body of the API, or anything that was thrown.
 * @param status HTTP status of the answer, where there was one.
 */
export function summarizeFailure(failure: unknown, status: number | null): FailureSummary {
  if (isErrorBody(failure)) {
    const code = failure.error.details?.error_code;
    return { type: failure.error.type, status, code: typeof code === 'string' ? code : null };
  }
  if (failure instanceof Error) return { type: failure.name, status, code: codeOf(failure) };
  return { type: 'unknown_error', status, code: null };
}

/** The first code in the chain of causes: `ECONNRESET`, `UND_ERR_CONNECT_TIMEOUT`, one of ours. */
function codeOf(error: unknown, depth = 0): string | null {
  if (typeof error !== 'object' || error === null || depth > 8) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause, depth + 1) : null;
}
