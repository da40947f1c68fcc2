import type { APIRequest, BaseAnthropic } from '@anthropic-ai/sdk';
import type { Exchange } from '../call/endpoint.js';
import { withChanges } from '../call/request-body.js';
import { isApiAnswer } from '../errors/classify.js';
import type { ResolvedEndpoint } from './routing.options.js';

/** How requests reach an endpoint; `null` where they go there anyway, as they are. */
export function exchangeOf({ client, baseURL, models }: ResolvedEndpoint, moduleURL: string): Exchange | null {
  const isElsewhere = baseURL !== null && baseURL !== moduleURL;
  const renames = models !== null && Array.from(models).some(([id, name]) => id !== name);
  if (client === null && !isElsewhere && !renames) return null;
  return (request, onward, { model, stream }) => {
    const named = renames ? withModelId(request, models.get(model ?? '')) : request;
    if (client !== null) return throughClient(client, named, moduleURL, stream);
    return onward(isElsewhere ? { ...named, url: baseURL + named.url.slice(moduleURL.length) } : named);
  };
}

function withModelId(request: APIRequest, model: string | undefined): APIRequest {
  const body = model === undefined ? null : withChanges(request.body, { model });
  return body === null ? request : { ...request, body };
}

/** What a client sets by itself, for its own address and credentials. */
const OWN_HEADERS = ['authorization', 'x-api-key', 'content-length', 'host', 'user-agent'];

/** Another client of the SDK signs and addresses the request as it does by itself. What it throws for is an answer here. */
async function throughClient(
  client: BaseAnthropic,
  request: APIRequest,
  moduleURL: string,
  stream: boolean,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url.slice(moduleURL.length), 'http://endpoint');
  const headers = new Headers(request.headers);
  for (const name of OWN_HEADERS) headers.delete(name);
  try {
    return await client
      .request({
        method: (request.method ?? 'POST').toLowerCase() as 'post',
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers,
        body: request.body,
        stream,
        signal: request.signal,
        maxRetries: 0,
      })
      .asResponse();
  } catch (error) {
    if (isApiAnswer(error) && typeof error.status === 'number')
      return answerOf(error.status, error.headers, error.error);
    throw error;
  }
}

function answerOf(status: number, given: Headers | undefined, error: unknown): Response {
  const headers = new Headers(given);
  headers.set('content-type', 'application/json');
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  return new Response(JSON.stringify(error ?? {}), { status, headers });
}
