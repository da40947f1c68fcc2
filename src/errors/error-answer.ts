import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import { HttpException } from '@nestjs/common';
import {
  errorBody,
  errorTypeOfStatus,
  isClaudeError,
  isErrorBody,
  type ClaudeError,
  type ErrorBody,
} from 'nestjs-claude';
import { passedHeaders } from '../forward/response-headers.js';
import { GatewayError } from './gateway-error.js';
import { newRequestId } from './request-id.js';

/** An error as the caller gets it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

interface Wording {
  readonly status: number;
  readonly type: string;
  /** Whether it is us who turn the call away, so that nobody takes it for the API's doing. */
  readonly refusal?: true;
  /** Instead of the error's own message, where that speaks to code in the same process. */
  readonly message?: string;
}

const INTERNAL: Wording = { status: 500, type: 'api_error' };
const CLOSING: Wording = { status: 503, type: 'api_error', refusal: true };

const CLAUDE_ERRORS: Readonly<Partial<Record<ClaudeError['code'], Wording>>> = {
  shutting_down: CLOSING,
  key_unavailable: { status: 503, type: 'api_error', refusal: true },
  deadline_exceeded: { status: 504, type: 'timeout_error', refusal: true },
  protocol_error: { status: 502, type: 'api_error' },
  stream_interrupted: {
    status: 502,
    type: 'api_error',
    message: 'The API broke off the stream before its end, so the answer is incomplete.',
  },
  stream_stalled: { status: 504, type: 'timeout_error' },
};

/**
 * The answer to an error, in the API's shape: the API's own as it came, ours with the status that fits, and anything
 * unexpected as a bare 500. `null` for what is unexpected.
 */
export function answerOf(error: unknown): ErrorAnswer | null {
  if (error instanceof GatewayError) return ours(error.status, error.type, error.message, error.headers);
  if (isClaudeError(error)) return answerOfClaudeError(error);
  if (error instanceof APIUserAbortError || isAbort(error)) {
    return refusal(CLOSING, 'shutting_down', 'The gateway is shutting down, so the call was broken off.');
  }
  if (error instanceof APIConnectionTimeoutError) return ours(504, 'timeout_error', 'The API did not answer in time.');
  if (error instanceof APIConnectionError) return ours(502, 'api_error', 'The connection to the API failed.');
  if (error instanceof APIError && error.status !== undefined) return answerOfApi(error, error.status);
  return error instanceof HttpException ? answerOfHttp(error) : null;
}

/** What the caller is told of an error nobody foresaw. */
export function unexpectedAnswer(): ErrorAnswer {
  return ours(INTERNAL.status, INTERNAL.type, 'Internal server error');
}

function answerOfClaudeError(error: ClaudeError): ErrorAnswer {
  const wording = CLAUDE_ERRORS[error.code] ?? INTERNAL;
  const seconds = error.retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(error.retryAfterMs / 1000));
  const headers: Record<string, string> = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  const message = wording.message ?? error.message;
  return wording.refusal
    ? refusal(wording, error.code, message, headers)
    : ours(wording.status, wording.type, message, headers);
}

function answerOfApi(error: APIError, status: number): ErrorAnswer {
  const headers = error.headers ? passedHeaders(error.headers) : {};
  if (!isErrorBody(error.error)) return ours(status, errorTypeOfStatus(status), error.message, headers);
  headers['request-id'] ??= error.error.request_id ?? newRequestId();
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body: error.error };
}

/** What Fastify refuses, by way of Nest. An unwanted type of content is a bad request here, as it is for the API. */
function answerOfHttp(error: HttpException): ErrorAnswer {
  const status = error.getStatus();
  if (status === 413) return ours(413, 'request_too_large', 'Request exceeds the maximum size');
  if (status === 415) return ours(400, 'invalid_request_error', 'The content type must be application/json.');
  return ours(status, errorTypeOfStatus(status), error.message);
}

function refusal({ status, type }: Wording, code: string, message: string, headers = {}): ErrorAnswer {
  return ours(status, type, message, { ...headers, 'x-claude-refusal': code });
}

function ours(
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ErrorAnswer {
  const requestId = headers['request-id'] ?? newRequestId();
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json', 'request-id': requestId },
    body: errorBody(type, message, requestId),
  };
}

function isAbort(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}
