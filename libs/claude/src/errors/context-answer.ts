import type { ErrorReport } from './error-report.js';

/** What a GraphQL caller finds in the `extensions` of an error. */
export interface GraphqlErrorExtensions extends Pick<ErrorReport, 'code' | 'type' | 'retryAfterMs'> {
  readonly status: number;
}

/** An error for a resolver to end with: GraphQL takes message and `extensions` of whatever error it gets. */
class GraphqlAnswer extends Error {
  override readonly name = 'GraphQLError';

  constructor(
    message: string,
    readonly extensions: GraphqlErrorExtensions,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

export function graphqlExtensions({ code, type, httpStatus, retryAfterMs }: ErrorReport): GraphqlErrorExtensions {
  return { code, type, status: httpStatus, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

export function graphqlAnswer(report: ErrorReport, cause: unknown): Error {
  return new GraphqlAnswer(report.message, graphqlExtensions(report), cause);
}

/** A report in the form of Nest's own, for RPC and WebSocket. */
export interface ExceptionPayload extends ErrorReport {
  readonly status: 'error';
}

export function exceptionPayload(report: ErrorReport): ExceptionPayload {
  return { status: 'error', ...report };
}

/**
 * Sends an `exception` event to a client of `ws` or Socket.IO, as Nest does; but where Nest quotes the message that led to
 * it, this names its pattern only, since the message may hold a prompt.
 */
export function emitException(client: unknown, pattern: string, report: ErrorReport): void {
  const payload = { ...exceptionPayload(report), cause: { pattern } };
  if (isNativeClient(client)) client.send(JSON.stringify({ event: 'exception', data: payload }));
  else if (isEmitter(client)) client.emit('exception', payload);
}

/** A client of `ws` is an emitter too, but only of what happens on this side. */
function isNativeClient(client: unknown): client is { send(text: string): void } {
  if (typeof client !== 'object' || client === null || !('readyState' in client) || !('send' in client)) return false;
  return typeof client.readyState === 'number' && typeof client.send === 'function';
}

function isEmitter(client: unknown): client is { emit(event: string, payload: unknown): unknown } {
  return typeof client === 'object' && client !== null && 'emit' in client && typeof client.emit === 'function';
}
