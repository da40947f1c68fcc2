import { HttpException, type ExecutionContext } from '@nestjs/common';
import type { ClaudeError } from './claude-error.js';
import { graphqlExtensions, type GraphqlErrorExtensions } from './context-answer.js';
import type { HttpAnswer } from './error-answer.js';
import { errorReportOf } from './error-report.js';
import { keepAnswer } from './http-answer.js';
import { setHeaders } from './http-reply.js';
import { answerOfOurs } from './refusal-answer.js';

/** A refusal for Nest to answer, if no filter of ours does. */
class RefusalException extends HttpException {
  constructor(error: ClaudeError, answer: HttpAnswer) {
    super(answer.body, answer.status, { cause: error });
    this.message = answer.body.error.message;
    keepAnswer(this, answer);
  }
}

class GraphqlRefusalException extends RefusalException {
  /** GraphQL hands these to the caller with whatever error it gets. */
  readonly extensions: GraphqlErrorExtensions;

  constructor(error: ClaudeError, answer: HttpAnswer) {
    super(error, answer);
    this.extensions = graphqlExtensions(errorReportOf(error, answer));
  }
}

/**
 * What a guard throws for a refusal of ours: an exception with the right status and a body in the API's shape, and the
 * refusal as its `cause`. Over HTTP it sets the headers of the answer as well (`Retry-After`, `x-claude-refusal`,
 * `x-should-retry`, `request-id`), so the caller is told the same with and without `ClaudeExceptionFilter`.
 */
export function refusalException(error: ClaudeError, context: ExecutionContext): HttpException {
  const answer = answerOfOurs(error);
  if (context.getType<string>() === 'graphql') return new GraphqlRefusalException(error, answer);
  if (context.getType() === 'http') {
    const { 'content-type': _, ...headers } = answer.headers;
    setHeaders(context.switchToHttp().getResponse(), headers);
  }
  return new RefusalException(error, answer);
}

/** What a guard throws for a refusal: an exception where the context speaks HTTP, the refusal itself for a filter elsewhere. */
export function guardRefusal(error: ClaudeError, context: ExecutionContext): Error {
  const type = context.getType<string>();
  return type === 'http' || type === 'graphql' ? refusalException(error, context) : error;
}
