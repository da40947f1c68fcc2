import { inspect } from 'node:util';
import { WireBody } from './body.js';
import { BodyStream } from './body-stream.js';
import { toError } from './errors.js';
import { pumpBody } from './foreign-body.js';
import { PlatformResponse } from './platform.js';
import { WireHeaders, type RawHeaders } from './wire-headers.js';

/** What is known of a response besides its body. */
export interface ResponseHead {
  readonly status: number;
  readonly statusText?: string | undefined;
  readonly url?: string | undefined;
  /** A list is in wire order: name, value, name, value. */
  readonly headers: Headers | RawHeaders;
  readonly redirected?: boolean | undefined;
}

export interface WireResponseInit extends ResponseHead {
  readonly body: WireBody | null;
}

const NOTHING = Buffer.alloc(0);

/** A `Response` that is cheap until somebody asks for what only a real one can do. `instanceof Response` holds. */
export class WireResponse implements Response {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: Headers;
  readonly redirected: boolean;
  readonly type = 'basic';
  #wire: WireBody | null;
  #stream: BodyStream | undefined = undefined;
  /** The whole body, while nobody has asked for it as a stream. */
  #bytes: Buffer | undefined = undefined;
  #parsed: { readonly value: unknown } | undefined = undefined;
  #claimed = false;

  constructor(init: WireResponseInit) {
    this.status = init.status;
    this.statusText = init.statusText ?? '';
    this.url = init.url ?? '';
    this.headers = isRaw(init.headers) ? new WireHeaders(init.headers) : init.headers;
    this.redirected = init.redirected ?? false;
    this.#wire = init.body;
    if (init.body?.adopt() === true) init.body.guard(this.#ownStream());
  }

  /**
   * A response whose whole body is in memory. With `parsed`, the value of these bytes as JSON, `json()` hands that on and
   * parses nothing; everything else works from the bytes.
   */
  static fromBytes(init: ResponseHead, bytes: Buffer, parsed?: unknown): WireResponse {
    const { status, statusText, url, headers, redirected } = init;
    const response = new WireResponse({ status, statusText, url, headers, redirected, body: null });
    response.#bytes = bytes;
    if (parsed !== undefined) response.#parsed = { value: parsed };
    return response;
  }

  /**
   * A response of another `fetch`, so that its body can be tapped. One of ours is returned as it is.
   * @param signal the one the request was made with
   */
  static from(response: Response, signal?: AbortSignal | null): WireResponse {
    if (response instanceof WireResponse) return response;
    const { status, statusText, url, headers, redirected } = response;
    const body = response.body === null ? null : pumpBody(response.body, signal);
    const wrapped = new WireResponse({ status, statusText, url, headers, redirected, body });
    wrapped.guard();
    return wrapped;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  /** The body where it can be tapped. */
  get wire(): WireBody | null {
    if (this.#bytes !== undefined) {
      this.#wire = WireBody.of(this.#bytes);
      this.#bytes = undefined;
      if (this.#claimed) this.#wire.cancel();
    }
    return this.#wire;
  }

  // As the platform in force declares it: libraries differ in what the bytes are a view of.
  get body(): Response['body'] {
    return this.#bytes === undefined && this.#wire === null ? null : this.#ownStream();
  }

  /** @internal The body, for the stream over it. */
  ownedWire(): WireBody {
    return this.wire ?? WireBody.of(NOTHING);
  }

  /**
   * The body was collected from `wire`: everything is given out again from these bytes, and `json()` as parsed from them,
   * if it was. The same response, so that an answer costs one.
   */
  hold(bytes: Buffer, parsed?: unknown): this {
    this.#wire = null;
    this.#bytes = bytes;
    this.#parsed = parsed === undefined ? undefined : { value: parsed };
    return this;
  }

  get bodyUsed(): boolean {
    return this.#claimed || this.#wire?.used === true;
  }

  json(): Promise<unknown> {
    const parsed = this.#parsed;
    return this.#consume(parsed === undefined ? parseJson : () => parsed.value);
  }

  text(): Promise<string> {
    return this.#consume(decodeText);
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#consume((bytes) => copyOf(bytes).buffer);
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#consume(copyOf);
  }

  blob(): Promise<Blob> {
    return this.#consume((bytes) => bytes).then((bytes) => this.#real(bytes).blob());
  }

  formData(): Promise<FormData> {
    return this.#consume((bytes) => bytes).then((bytes) => this.#real(bytes).formData());
  }

  clone(): WireResponse {
    this.#assertUnused();
    const head = this.#copyHead();
    if (this.#bytes !== undefined) return WireResponse.fromBytes(head, this.#bytes);
    if (this.#wire === null) return new WireResponse({ ...head, body: null });
    const [mine, theirs] = this.#wire.tee();
    this.#stream?.claim(this);
    this.#stream = undefined;
    this.#wire = mine;
    const clone = new WireResponse({ ...head, body: theirs });
    this.guard();
    clone.guard();
    return clone;
  }

  [inspect.custom](): string {
    return `Response { status: ${this.status}, url: '${this.url}', bodyUsed: ${this.bodyUsed} }`;
  }

  /** @internal Lets the body be cancelled when this response, its stream and every iterator of that are garbage. */
  guard(): void {
    const wire = this.#wire;
    if (wire?.settled === 'open' && !wire.guarded) wire.guard(this.#ownStream());
  }

  #copyHead(): ResponseHead {
    const { status, statusText, url, headers, redirected } = this;
    const copy = headers instanceof WireHeaders ? headers.copy() : new Headers(headers);
    return { status, statusText, url, headers: copy, redirected };
  }

  #ownStream(): BodyStream {
    if (this.#stream === undefined) {
      this.#stream = new BodyStream(this);
      if (this.#claimed) this.#stream.claim(this);
    }
    return this.#stream;
  }

  #assertUnused(): void {
    if (this.bodyUsed || this.#stream?.locked === true) {
      throw new TypeError('Body is unusable: Body has already been read');
    }
  }

  /** Reads the body to its end; at once when it is here already. */
  #consume<T>(convert: (bytes: Buffer) => T): Promise<T> {
    try {
      this.#assertUnused();
      const bytes = this.#collected();
      if (bytes !== undefined) return Promise.resolve(convert(bytes));
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
    return (this.#wire ?? WireBody.of(NOTHING)).collect().then(convert);
  }

  #collected(): Buffer | undefined {
    if (this.#bytes === undefined && this.#wire === null) return NOTHING;
    this.#claimed = true;
    this.#stream?.claim(this);
    return this.#bytes ?? this.#wire?.collected();
  }

  #real(bytes: Buffer): Response {
    return new PlatformResponse(bytes, { headers: { 'content-type': this.headers.get('content-type') ?? '' } });
  }
}

Object.setPrototypeOf(WireResponse.prototype, PlatformResponse.prototype);

function isRaw(headers: Headers | RawHeaders): headers is RawHeaders {
  return Array.isArray(headers);
}

function copyOf(bytes: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** As the Fetch standard decodes: UTF-8, malformed bytes replaced, a byte order mark dropped. */
function decodeText(bytes: Buffer): string {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', marked ? 3 : 0);
}

function parseJson(bytes: Buffer): unknown {
  return JSON.parse(decodeText(bytes));
}
