import type { APIRequest, BaseAnthropic } from '@anthropic-ai/sdk';
import { isApiAnswer, type ApiAnswer } from '../errors/classify.js';
import { errorBody, errorTypeOfStatus, isErrorBody } from '../errors/error-body.js';
import { cancelling } from './cancelling.js';

/** What a client sets by itself, for its own address and credentials. */
const OWN_HEADERS = ['authorization', 'x-api-key', 'content-length', 'host', 'user-agent'];

/** Another client of the SDK signs and addresses the request as it does by itself. What it throws for is an answer here. */
export async function throughClient(
  client: BaseAnthropic,
  request: APIRequest,
  moduleURL: string,
  stream: boolean,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url.slice(moduleURL.length), 'http://endpoint');
  const headers = new Headers(request.headers);
  for (const name of OWN_HEADERS) headers.delete(name);
  const send = (signal: AbortSignal | null | undefined): Promise<Response> =>
    client
      .request({
        method: (request.method ?? 'POST').toLowerCase() as 'post',
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers,
        body: request.body,
        stream,
        signal,
        maxRetries: 0,
      })
      .asResponse();
  try {
    return stream ? await cancelling(request.signal, send) : await send(request.signal);
  } catch (error) {
    if (isApiAnswer(error) && typeof error.status === 'number') return answerOf(error, error.status);
    throw error;
  }
}

/** What a client makes an error of, as it came; in the API's words where a cloud has words of its own for it. */
function answerOf(thrown: ApiAnswer, status: number): Response {
  const { error } = thrown;
  const headers = new Headers(thrown.headers);
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  // What is no JSON stands in the message alone.
  if (error === undefined) return new Response(messageOf(thrown) ?? '', { status, headers });
  headers.set('content-type', 'application/json');
  const told = cloudMessage(error);
  const body = isErrorBody(error) || told === null ? error : errorBody(errorTypeOfStatus(status), told);
  return new Response(JSON.stringify(body), { status, headers });
}

/** `{ message }` of AWS, `{ error: { message } }` of Google, which answers a streaming request with a list of one. */
function cloudMessage(body: unknown): string | null {
  const [first]: unknown[] = Array.isArray(body) ? body : [body];
  const held = isObject(first) && 'error' in first ? first.error : first;
  return messageOf(held);
}

function messageOf(value: unknown): string | null {
  return isObject(value) && 'message' in value && typeof value.message === 'string' ? value.message : null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
