import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { setHeaders } from '../errors/http-reply.js';
import { REQUEST_DEFAULTS } from './requests.options.js';

/** An id that a header, a log and a search field can hold. Anything else that comes as one is not taken. */
const ID = /^[\w.:/+=@-]{1,128}$/;

/** W3C Trace Context: version, trace id, parent id, flags. A later version may have more behind them. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}(?:$|-)/;

/** Requests whose id is known: the fields of a GraphQL query are handlers of one request. */
const idOfRequest = new WeakMap<object, string>();

/** Where a request speaks HTTP, and how it is answered. */
interface HttpExchange {
  readonly request: object;
  readonly response: unknown;
}

/**
 * The id by which everything is found that is done for a request: what somebody before has put on the response, else what
 * came with the request, else the trace id of its `traceparent`, else a new one. The response tells it.
 *
 * @param header In lower case.
 */
export function correlationIdOf(execution: ExecutionContext, header: string): string {
  const http = exchangeOf(execution);
  if (http === null) return randomUUID();
  const { request, response } = http;
  const id =
    idOfRequest.get(request) ?? valid(sentHeader(response, header)) ?? requestCorrelationId(headersOf(request), header);
  idOfRequest.set(request, id);
  setHeaders(response, { [header]: id });
  return id;
}

/**
 * The id that a request comes with, else the trace id of its `traceparent`, else a new one: for whoever hands it to calls as
 * their `correlationId`, and back to the caller, without `ClaudeLoggingInterceptor`.
 *
 * @param header In lower case. Default `x-request-id`.
 */
export function requestCorrelationId(
  headers: IncomingHttpHeaders,
  header = REQUEST_DEFAULTS.correlationHeader,
): string {
  const { traceparent } = headers;
  const traceId = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  return valid(headers[header]) ?? traceId ?? randomUUID();
}

function headersOf(request: object): IncomingHttpHeaders {
  return (request as { readonly headers?: IncomingHttpHeaders }).headers ?? {};
}

function valid(id: unknown): string | undefined {
  return typeof id === 'string' && ID.test(id) ? id : undefined;
}

function sentHeader(response: unknown, header: string): unknown {
  const { getHeader } = (response ?? {}) as { readonly getHeader?: (name: string) => unknown };
  return typeof getHeader === 'function' ? getHeader.call(response, header) : undefined;
}

function exchangeOf(execution: ExecutionContext): HttpExchange | null {
  switch (execution.getType<string>()) {
    case 'http': {
      const http = execution.switchToHttp();
      return exchange(http.getRequest(), http.getResponse());
    }
    case 'graphql':
      return graphqlExchange(execution.getArgByIndex(2));
    default:
      return null;
  }
}

/** What the drivers of Apollo (`req`, `res`) and Mercurius (`reply`) put into the context of a resolver. */
function graphqlExchange(context: unknown): HttpExchange | null {
  const { req, res, reply } = (context ?? {}) as Readonly<Record<'req' | 'res' | 'reply', unknown>>;
  const { request } = (reply ?? {}) as { readonly request?: unknown };
  return exchange(req ?? request, res ?? reply ?? (req as { readonly res?: unknown } | undefined)?.res);
}

function exchange(request: unknown, response: unknown): HttpExchange | null {
  return typeof request === 'object' && request !== null ? { request, response } : null;
}
