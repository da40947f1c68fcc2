import { WireBody, type BodySource } from './body.js';
import { BodyDecoder } from './body-decoder.js';
import { abortReason, fetchFailed, terminated, toError } from './errors.js';
import type { WireRequest } from './request.js';
import type { Route } from './route.js';
import { WireHeaders, type RawHeaders } from './wire-headers.js';
import { WireResponse } from './wire-response.js';

type Abort = (reason: Error) => void;

function guard(response: WireResponse): void {
  response.guard();
}

/** Fetch standard, "null body status". */
const NULL_BODY_STATUSES = new Set([101, 204, 205, 304]);

/**
 * One request and its response: undici's handler on one side, the source of the response's body on the other. It has the
 * callbacks undici calls directly; the newer ones cost a wrapper and a parsed header object on each call.
 */
export class Exchange implements BodySource {
  readonly #route: Route;
  /** Let go of once called: it leads to the response, which must be garbage when its user drops it. */
  #resolve: ((response: WireResponse) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  readonly #signal: AbortSignal | undefined;
  /** Until the response's headers are here; its body may be large. */
  #request: WireRequest | undefined;
  #body: WireBody | undefined = undefined;
  #decoder: BodyDecoder | undefined = undefined;
  #abort: Abort | undefined = undefined;
  #resume: (() => void) | undefined = undefined;
  #sentAtMs = 0;
  #answered = false;
  #paused = false;
  #failure: Error | undefined = undefined;
  #over = false;

  constructor(
    request: WireRequest,
    route: Route,
    resolve: (response: WireResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#request = request;
    this.#signal = request.signal;
    this.#route = route;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(request: WireRequest): void {
    this.#signal?.addEventListener('abort', this);
    try {
      this.#route.send(request.options, this);
    } catch (thrown) {
      this.onError(toError(thrown));
    }
  }

  // The source of the body.

  pause(): void {
    this.#paused = true;
  }

  /** Later: undici's parser cannot be resumed from inside a callback of another one. */
  resume(): void {
    this.#paused = false;
    queueMicrotask(() => {
      if (!this.#paused) this.#resume?.();
    });
  }

  abort(reason: Error): void {
    if (this.#over) return;
    this.#failure = reason;
    const abort = this.#abort;
    this.finish();
    abort?.(reason);
  }

  interruption(): Error | undefined {
    return this.#signal?.aborted === true ? abortReason(this.#signal) : undefined;
  }

  /** Everything is over: lets go of the signal. */
  finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#detach();
    this.#signal?.removeEventListener('abort', this);
    this.#route.done();
  }

  /** The signal aborts. */
  handleEvent(): void {
    if (this.#signal === undefined) return;
    const reason = abortReason(this.#signal);
    this.#fail(reason);
    this.abort(reason);
  }

  // undici's handler.

  onConnect(abort: Abort): void {
    if (this.#failure !== undefined) abort(this.#failure);
    this.#abort = abort;
    this.#sentAtMs = performance.now();
  }

  onResponseStarted(): void {
    this.#answered = true;
  }

  onHeaders(status: number, raw: RawHeaders, resume: () => void, statusText: string): boolean {
    if (status < 200) return true;
    const url = this.#request?.url ?? '';
    const headers = new WireHeaders(raw);
    const body = this.#hasBody(status) ? this.#open(headers) : null;
    const response = new WireResponse({ status, statusText, url, headers, body });
    this.#request = undefined;
    this.#resume = resume;
    // By then most bodies are here completely and hold no connection any more.
    if (body !== null) setImmediate(guard, response);
    this.#answer()?.(response);
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#decoder !== undefined) this.#decoder.write(chunk);
    else this.#body?.push(chunk);
    return !this.#paused;
  }

  onComplete(): void {
    this.#detach();
    if (this.#decoder !== undefined) {
      this.#decoder.end();
      return;
    }
    this.finish();
    this.#body?.end();
  }

  onError(error: Error): void {
    if (this.#over || this.#resent(error)) return;
    const answered = this.#request === undefined;
    this.#fail(answered ? terminated(error) : fetchFailed(error));
    this.finish();
  }

  /** Once, when the connection turned out to be closed before it carried a byte of an answer. */
  #resent(error: Error): boolean {
    const request = this.#request;
    if (request?.replayable !== true || this.#answered) return false;
    const again = this.#route.again?.(error, performance.now() - this.#sentAtMs);
    if (again === undefined) return false;
    this.#request = { ...request, replayable: false };
    this.#detach();
    again.send(request.options, this);
    return true;
  }

  #hasBody(status: number): boolean {
    return this.#request?.options.method !== 'HEAD' && !NULL_BODY_STATUSES.has(status);
  }

  #open(headers: WireHeaders): WireBody {
    const encoding = headers.get('content-encoding');
    this.#decoder = encoding === null ? undefined : BodyDecoder.for(encoding, this);
    this.#body = this.#decoder?.body ?? new WireBody(this);
    return this.#body;
  }

  #fail(error: Error): void {
    if (this.#request !== undefined) this.#reject?.(error);
    else if (this.#decoder !== undefined) this.#decoder.fail(error);
    else this.#body?.fail(error);
  }

  #answer(): ((response: WireResponse) => void) | undefined {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    this.#reject = undefined;
    return resolve;
  }

  #detach(): void {
    this.#abort = undefined;
    this.#resume = undefined;
  }
}
