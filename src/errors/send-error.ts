import { Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { answerOf, unexpectedAnswer } from './error-answer.js';

const logger = new Logger('Gateway');

/**
 * Answers an error in the API's shape. Only what nobody foresaw is logged, and none of it reaches the caller. Does nothing
 * where an answer has begun already, or nobody is there to get it.
 */
export function sendError(reply: FastifyReply, error: unknown): void {
  if (reply.sent || reply.raw.destroyed) return;
  const answer = answerOf(error);
  if (answer === null) logger.error('A request failed unexpectedly.', error instanceof Error ? error.stack : undefined);
  const { status, headers, body } = answer ?? unexpectedAnswer();
  void reply.code(status).headers(headers).send(JSON.stringify(body));
}
