import { HttpException } from '@nestjs/common';
import { errorAnswer, errorTypeOfStatus, httpAnswerOf, type HttpAnswer } from 'nestjs-claude';
import { GatewayError } from './gateway-error.js';

/**
 * The answer to an error, in the API's shape: the library's for what is the library's or the API's, and one of the
 * gateway's own for what it and its framework refuse. `null` for what is unexpected.
 */
export function answerOf(error: unknown): HttpAnswer | null {
  if (error instanceof GatewayError) return errorAnswer(error.status, error.type, error.message, error.headers);
  if (isAbort(error)) return brokenOff();
  return httpAnswerOf(error) ?? (error instanceof HttpException ? answerOfHttp(error) : null);
}

/** What the caller is told of an error nobody foresaw. */
export function unexpectedAnswer(): HttpAnswer {
  return errorAnswer(500, 'api_error', 'Internal server error');
}

/** To a caller who is still there: one who left is told nothing, and the only other who ends calls is the shutdown. */
function brokenOff(): HttpAnswer {
  return errorAnswer(503, 'api_error', 'The gateway is shutting down, so the call was broken off.', {
    'x-claude-refusal': 'shutting_down',
  });
}

/** What Fastify refuses, by way of Nest. An unwanted type of content is a bad request here, as it is for the API. */
function answerOfHttp(error: HttpException): HttpAnswer {
  const status = error.getStatus();
  if (status === 413) return errorAnswer(413, 'request_too_large', 'Request exceeds the maximum size');
  if (status === 415) return errorAnswer(400, 'invalid_request_error', 'The content type must be application/json.');
  return errorAnswer(status, errorTypeOfStatus(status), error.message);
}

/** By name: the SDK's class has a twin in its other build. */
function isAbort(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('name' in error)) return false;
  return error.name === 'AbortError' || error.name === 'APIUserAbortError';
}
