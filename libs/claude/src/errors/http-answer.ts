import { failureOf } from './call-failure.js';
import { classifyError, isApiAnswer, type ApiAnswer } from './classify.js';
import { isClaudeError } from './claude-error.js';
import { errorAnswer, withBody, type HttpAnswer } from './error-answer.js';
import { errorTypeOfStatus, isErrorBody, statusOfErrorType } from './error-body.js';
import { isAbortError } from './error-cause.js';
import { isOfSdk } from './is-of-sdk.js';
import { passedHeaders } from './passed-headers.js';
import { answerOfOurs } from './refusal-answer.js';

/** A registered symbol, so that either build of the package reads what the other wrote. */
const ANSWER = Symbol.for('nestjs-claude:http-answer');

/** Has {@link httpAnswerOf} give this answer for an error. */
export function keepAnswer(error: Error, answer: HttpAnswer): void {
  Object.defineProperty(error, ANSWER, { value: answer });
}

/**
 * The HTTP answer to an error of ours or of the SDK, in the API's shape; `null` for any other error, and for those of the
 * SDK that tell nothing but a message (`AnthropicError` itself, `RetryableError`).
 *
 * Answers of the API keep status, body and the headers that {@link passedHeaders} lets pass. A refusal of ours names
 * itself in `x-claude-refusal`; `Retry-After` tells when to come back, `x-should-retry: false` that it would not help,
 * or that the retry budget was used up on the call already.
 *
 * Source of the shape and of the status of each type: Anthropic API docs, "Errors".
 */
export function httpAnswerOf(error: unknown): HttpAnswer | null {
  if (typeof error !== 'object' || error === null) return null;
  if (isClaudeError(error)) return answerOfOurs(error);
  if (ANSWER in error) return error[ANSWER] as HttpAnswer;
  if (!isOfSdk(error)) return null;
  return isApiAnswer(error) ? answerOfApi(error) : answerWithoutResponse(error);
}

function answerOfApi(error: ApiAnswer & { readonly message?: unknown }): HttpAnswer {
  const status = statusOf(error);
  const received = headersOf(error);
  const headers = { ...(received && passedHeaders(received)), ...shouldRetry(error, status, received) };
  if (isErrorBody(error.error)) return withBody(status, error.error, headers);
  return errorAnswer(status, error.type ?? errorTypeOfStatus(status), String(error.message), headers);
}

/** Those of older versions of the SDK are a plain object. */
function headersOf({ headers }: { readonly headers?: unknown }): Headers | null {
  if (typeof headers !== 'object' || headers === null || !('get' in headers) || !(Symbol.iterator in headers))
    return null;
  return typeof headers.get === 'function' ? (headers as Headers) : null;
}

/** What clients repeat by its status alone, as the SDK does. */
const REPEATED: ReadonlySet<number> = new Set([408, 409, 429]);

/** Told to callers who would otherwise repeat what cannot be helped, or what has been repeated enough. */
function shouldRetry(error: ApiAnswer, status: number, received: Headers | null): Record<string, string> {
  if (budgetExhausted(error)) return NO_RETRY;
  if ((received?.get('x-should-retry') ?? null) !== null || (status < 500 && !REPEATED.has(status))) return {};
  return classifyError(error.error, { status, headers: received }).advice.length === 0 ? NO_RETRY : {};
}

const NO_RETRY = { 'x-should-retry': 'false' };

/** Whether repeating goes on from where the module had to stop, and would multiply what it has done. */
function budgetExhausted(error: object): boolean {
  return failureOf(error)?.retryBudgetExhausted === true;
}

/** What is no error for HTTP, as a redirect is none, is a bad answer of what stands between. */
function statusOf({ status, type }: ApiAnswer): number {
  if (status === undefined) return statusOfErrorType(type ?? 'api_error');
  return status >= 400 && status <= 599 ? status : 502;
}

/** By the name of the error class. */
const WITHOUT_RESPONSE: ReadonlyMap<unknown, readonly [status: number, type: string, message: string]> = new Map([
  ['APIConnectionError', [502, 'api_error', 'The connection to the API failed.']],
  ['APIConnectionTimeoutError', [504, 'timeout_error', 'The API did not answer in time.']],
  ['APIError', [502, 'api_error', 'The API reported an error in no form that is known.']],
  ['APIUserAbortError', [499, 'invalid_request_error', 'The call was called off.']],
]);

function answerWithoutResponse(error: object): HttpAnswer | null {
  const name = isAbortError(error) ? 'APIUserAbortError' : (error as { readonly name?: unknown }).name;
  const wording = WITHOUT_RESPONSE.get(name);
  return wording === undefined ? null : errorAnswer(...wording, budgetExhausted(error) ? NO_RETRY : {});
}
