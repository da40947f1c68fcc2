import type { Dispatcher } from 'undici';
import { toRequestBody, type RequestBody } from './request-body.js';

/** Whatever undici, of any version, calls a dispatcher: an `Agent`, a `ProxyAgent`, a `MockAgent`. */
export interface DispatcherLike {
  dispatch(options: object, handler: object): boolean;
}

type HeadersLike = Headers | readonly (readonly string[])[] | Readonly<Record<string, string | readonly string[]>>;

/** What `fetch` takes besides the URL. What a browser adds to it (`mode`, `cache`, `redirect` ...) has no effect. */
export interface FetchInit {
  /** Default `GET`. */
  readonly method?: string | undefined;
  readonly headers?: HeadersLike | undefined;
  /** Text, bytes, `URLSearchParams`, `FormData`, a blob, a stream or an async iterable of bytes. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
  /** Sends this one request, instead of the transport's own connections. */
  readonly dispatcher?: DispatcherLike | undefined;
}

/** A request as undici takes it, and what else is to know of it. */
export interface WireRequest {
  readonly url: string;
  readonly options: Dispatcher.DispatchOptions;
  readonly signal: AbortSignal | undefined;
  /** Whether its body can be sent a second time. */
  readonly replayable: boolean;
}

interface Target {
  readonly url: string;
  readonly origin: string;
  readonly path: string;
}

/** Most calls go to few URLs: parsing one costs more than a look-up. */
const TARGET_CACHE_SIZE = 256;
const targets = new Map<string, Target>();

/** Throws a `TypeError` for what cannot be a request, as `fetch` does. */
export function toWireRequest(
  input: string | URL | Request,
  init: FetchInit,
  acceptEncoding: string,
): WireRequest | Promise<WireRequest> {
  if (input instanceof Request) {
    const { method, headers, body, signal } = input;
    return toWireRequest(input.url, { method, headers, body, signal, ...init }, acceptEncoding);
  }
  const target = toTarget(String(input));
  const body = toRequestBody(init.body);
  return body instanceof Promise
    ? body.then((whole) => assemble(target, init, whole, acceptEncoding))
    : assemble(target, init, body, acceptEncoding);
}

function assemble(
  { url, origin, path }: Target,
  init: FetchInit,
  body: RequestBody,
  acceptEncoding: string,
): WireRequest {
  const method = (init.method ?? 'GET').toUpperCase();
  const { content } = body;
  if (content !== null && (method === 'GET' || method === 'HEAD')) {
    throw new TypeError(`A ${method} request cannot have a body. Omit the body, or use another method.`);
  }
  const replayable = content === null || typeof content === 'string' || Buffer.isBuffer(content);
  const headers = new HeaderList(replayable);
  if (init.headers !== undefined) headers.addAll(init.headers);
  headers.addDefaults(acceptEncoding, body.type);
  const options = { origin, path, method, headers: headers.flat, body: content };
  return { url, options, signal: init.signal ?? undefined, replayable };
}

function toTarget(input: string): Target {
  const known = targets.get(input);
  if (known !== undefined) return known;
  if (targets.size >= TARGET_CACHE_SIZE) targets.clear();
  const target = parseTarget(input);
  targets.set(input, target);
  return target;
}

function parseTarget(input: string): Target {
  const url = URL.canParse(input) ? new URL(input) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new TypeError('The URL to fetch is no http or https URL. Check the base URL of the client.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(`The URL to fetch at ${url.host} includes credentials. Send them as a header.`);
  }
  url.hash = '';
  return { url: url.href, origin: url.origin, path: url.pathname + url.search };
}

/** Request headers in the flat form that costs undici least. */
class HeaderList {
  readonly flat: string[] = [];
  readonly #ownLength: boolean;
  #accept = false;
  #acceptEncoding = false;
  #contentType = false;
  #userAgent = false;

  /** @param ownLength the body's length is known, and sent, without the caller's word for it */
  constructor(ownLength: boolean) {
    this.#ownLength = ownLength;
  }

  addAll(headers: HeadersLike): void {
    const pairs = Symbol.iterator in headers ? (headers as Iterable<readonly string[]>) : Object.entries(headers);
    for (const [name, value] of pairs) {
      if (name !== undefined && value !== undefined) this.#add(name.toLowerCase(), String(value));
    }
  }

  addDefaults(acceptEncoding: string, contentType: string | undefined): void {
    if (!this.#accept) this.flat.push('accept', '*/*');
    if (!this.#acceptEncoding) this.flat.push('accept-encoding', acceptEncoding);
    if (!this.#userAgent) this.flat.push('user-agent', 'node');
    if (!this.#contentType && contentType !== undefined) this.flat.push('content-type', contentType);
  }

  #add(name: string, value: string): void {
    if (name === 'content-length' && this.#ownLength) return;
    if (name === 'accept') this.#accept = true;
    else if (name === 'accept-encoding') this.#acceptEncoding = true;
    else if (name === 'content-type') this.#contentType = true;
    else if (name === 'user-agent') this.#userAgent = true;
    this.flat.push(name, value);
  }
}
