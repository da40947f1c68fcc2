import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { throwError } from 'rxjs';
import { isClaudeError } from './claude-error.js';
import { emitException, exceptionPayload, graphqlAnswer } from './context-answer.js';
import type { HttpAnswer } from './error-answer.js';
import { errorReportOf, type ErrorReport } from './error-report.js';
import { httpAnswerOf } from './http-answer.js';
import { sendAnswer } from './http-reply.js';
import { RedactingLogger } from '../redaction/redacting-logger.js';

/** What the filter catches, told by what it is, since neither our errors nor the SDK's have one class for all builds. */
// oxlint-disable-next-line typescript/no-extraneous-class -- Nest asks `instanceof`
abstract class AnswerableError {
  static [Symbol.hasInstance](error: unknown): boolean {
    return httpAnswerOf(error) !== null;
  }
}

/**
 * Answers errors of this module and of the SDK, and leaves every other to the filters and to Nest.
 *
 * - HTTP, on Express and Fastify: in the API's shape, as {@link httpAnswerOf} has it.
 * - GraphQL: an error whose `extensions` hold `code`, `type`, `status` and `retryAfterMs`.
 * - RPC: `{ status: 'error', code, type, message, httpStatus, retryAfterMs }`.
 * - WebSocket: the same in an `exception` event, with the pattern of the message but never its data.
 *
 * Bind it with `APP_FILTER` or `@UseFilters(ClaudeExceptionFilter)`; Nest applies no global filter to WebSocket gateways,
 * which need the latter.
 */
@Catch(AnswerableError)
export class ClaudeExceptionFilter implements ExceptionFilter {
  private readonly logger = new RedactingLogger(new Logger(ClaudeExceptionFilter.name));

  /** @throws The error itself, where it is none of those, or came from no context that is known. */
  catch(error: unknown, host: ArgumentsHost): unknown {
    const answer = httpAnswerOf(error);
    if (answer === null) throw error;
    this.#reportDefect(error, answer);
    return host.getType() === 'http'
      ? answerHttp(error, answer, host)
      : answerElsewhere(error, errorReportOf(error, answer), host);
  }

  /** The caller is told nothing of a defect, so the log has to. */
  #reportDefect(error: unknown, { status }: HttpAnswer): void {
    if (status === 500 && isClaudeError(error)) this.logger.error(error.message, error.stack);
  }
}

function answerHttp(error: unknown, answer: HttpAnswer, host: ArgumentsHost): void {
  if (!sendAnswer(host.switchToHttp().getResponse(), answer)) throw error;
}

function answerElsewhere(error: unknown, report: ErrorReport, host: ArgumentsHost): unknown {
  switch (host.getType<string>()) {
    case 'graphql':
      return graphqlAnswer(report, error);
    case 'rpc':
      return throwError(() => exceptionPayload(report));
    case 'ws':
      return emitException(host.switchToWs().getClient(), host.switchToWs().getPattern(), report);
    default:
      throw error;
  }
}
