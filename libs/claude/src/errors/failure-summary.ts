import type { FailureSummary } from '../call/outcome.js';
import { classifyError, isApiAnswer, type FailureCircumstances } from './classify.js';
import { isErrorBody } from './error-body.js';
import { codeOf } from './network-codes.js';

/**
 * What a failure was and what it means, in words from closed sets: the API's error type and code, or the class and code
 * of an error. Messages are left out, since an API error may quote the request.
 *
 * @param failure An error body of the API, or anything that was thrown.
 */
export function summarizeFailure(failure: unknown, known: FailureCircumstances = {}): FailureSummary {
  const meaning = classifyError(failure, known);
  const status = known.status ?? null;
  if (isApiAnswer(failure)) return summarizeFailure(failure.error, { ...known, status: failure.status ?? status });
  if (isErrorBody(failure)) {
    const code = failure.error.details?.error_code;
    return { type: failure.error.type, status, code: typeof code === 'string' ? code : null, meaning };
  }
  if (failure instanceof Error) return { type: failure.name, status, code: codeOf(failure), meaning };
  return { type: 'unknown_error', status, code: null, meaning };
}
