import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestDraft } from '../record/recorded-request.js';
import type { Simulation } from '../simulation.js';
import { isObject } from '../json.js';
import { ApiFailure, check } from './api-failure.js';
import { fingerprintOf, keyOf } from './api-keys.js';
import { Exchange } from './exchange.js';
import { readBody } from './read-body.js';
import { findRoute, isOfAdmin, type Handler } from './router.js';

const MEGABYTE = 1024 * 1024;

/** Size limits of the API ("Errors" in the Anthropic API docs); batches may be larger than the rest. */
const MAX_BODY_BYTES = 32 * MEGABYTE;
const MAX_BATCH_BYTES = 256 * MEGABYTE;

/** Takes requests from the server to their handlers, and keeps count of them. */
export class Dispatcher {
  readonly #simulation: Simulation;
  readonly #active = new Set<Exchange>();
  #isClosing = false;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  get activeRequests(): number {
    return this.#active.size;
  }

  /** From now on what breaks off was broken off by us. */
  close(): void {
    this.#isClosing = true;
  }

  dispatch(request: IncomingMessage, response: ServerResponse): void {
    const { clock, ids, keys } = this.#simulation;
    const context = { requestId: ids.next('req'), clock, organizationId: keys.defaultOrganizationId };
    const exchange = new Exchange(request, response, context);
    this.#active.add(exchange);
    response.on('close', () => {
      this.#active.delete(exchange);
      exchange.closed(this.#isClosing ? 'simulatorClosed' : 'clientAborted');
    });
    this.#route(exchange, request);
  }

  #route(exchange: Exchange, request: IncomingMessage): void {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    exchange.query = query;
    if (this.#simulation.recorder.level !== 'none') this.#record(exchange, path);
    this.#run(exchange, () => this.#accept(exchange, request, path));
  }

  #accept(exchange: Exchange, request: IncomingMessage, path: string): void {
    const { method = 'GET', headers } = request;
    const route = findRoute(path);
    if (!route) throw new ApiFailure(404, `Not found: ${method} ${path}`);
    const handler = route.methods[method];
    const allow = Object.keys(route.methods).join(', ');
    if (!handler) throw new ApiFailure(405, 'Method Not Allowed', { headers: ['allow', allow] });
    exchange.id = route.id;
    this.#authenticate(exchange, headers, path);
    check(headers['anthropic-version'], 'anthropic-version: header is required');
    if (method === 'POST') this.#readThenHandle(exchange, request, handler, path);
    else this.#run(exchange, () => handler(exchange, this.#simulation));
  }

  #authenticate(exchange: Exchange, headers: IncomingMessage['headers'], path: string): void {
    const { keys, adminKeys } = this.#simulation;
    if (isOfAdmin(path)) adminKeys.authenticate(headers, (secret) => keys.accepts(secret));
    else if (adminKeys.has(keyOf(headers) ?? '')) throw new ApiFailure(401, 'invalid x-api-key');
    else exchange.apiKey = keys.authenticate(headers);
  }

  #readThenHandle(exchange: Exchange, request: IncomingMessage, handler: Handler, path: string): void {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    const maxBytes = path.endsWith('/batches') ? MAX_BATCH_BYTES : MAX_BODY_BYTES;
    readBody(request, maxBytes, (text) =>
      this.#run(exchange, () => {
        if (text === null) throw new ApiFailure(413, 'Request exceeds the maximum size');
        checkEncoding(encoding);
        exchange.bodyText = text;
        describeBody(exchange, this.#simulation.recorder.level === 'full');
        return handler(exchange, this.#simulation);
      }),
    );
  }

  #run(exchange: Exchange, handle: () => void | Promise<void>): void {
    try {
      const handled = handle();
      if (handled) handled.catch((error: unknown) => exchange.crash(error));
    } catch (error) {
      exchange.crash(error);
    }
  }

  #record(exchange: Exchange, path: string): void {
    const { recorder, clock } = this.#simulation;
    const { headers, method = 'GET' } = exchange.request;
    const secret = keyOf(headers);
    const fingerprint = secret === undefined ? null : fingerprintOf(secret);
    exchange.draft = {
      requestId: exchange.requestId,
      method,
      path,
      query: exchange.query,
      headers: recorder.level === 'full' ? withoutKey(headers, fingerprint) : {},
      apiKeyFingerprint: fingerprint,
      apiKeyIndex: null,
      body: undefined,
      model: null,
      stream: false,
      receivedAtMs: clock.wall(),
      status: null,
      outcome: 'active',
      fault: null,
      billed: null,
    };
    recorder.add(exchange.draft);
  }
}

function withoutKey(headers: IncomingMessage['headers'], fingerprint: string | null): RequestDraft['headers'] {
  const { authorization, 'x-api-key': apiKey, ...rest } = headers;
  return {
    ...rest,
    ...(authorization !== undefined && { authorization: `Bearer ${fingerprint}` }),
    ...(apiKey !== undefined && { 'x-api-key': String(fingerprint) }),
  };
}

/** What the record says of a body; one that is no JSON says nothing, and its handler will refuse it. */
function describeBody(exchange: Exchange, keepBody: boolean): void {
  const { draft, bodyText } = exchange;
  if (!draft || bodyText === '') return;
  try {
    const body = exchange.readJson();
    if (keepBody) draft.body = body;
    if (!isObject(body)) return;
    draft.model = typeof body.model === 'string' ? body.model : null;
    draft.stream = body.stream === true;
  } catch {
    draft.body = undefined;
  }
}

function checkEncoding(encoding: string): void {
  if (encoding === 'identity') return;
  const errorCode = 'request_body_encoding_unsupported';
  throw new ApiFailure(400, `content-encoding: ${encoding} is not supported`, { errorCode });
}
