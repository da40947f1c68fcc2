import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { Connections } from './connections.js';
import { TransportClosedError, abortReason, fetchFailed, toError } from './errors.js';
import { Exchange } from './exchange.js';
import { routeThrough } from './foreign-dispatcher.js';
import { toWireRequest, type WireRequest } from './request.js';
import type { Route } from './route.js';
import { TRANSPORT_DEFAULTS, type TransportOptions, type TransportSettings } from './transport.options.js';
import type { Fetch, Transport, TransportStats } from './transport.types.js';
import type { WireResponse } from './wire-response.js';

/** A kept connection that is stale says so within a round trip. What breaks later may have been worked on. */
const STALE_WITHIN_MS = 1_000;

/** `fetch` over undici's connections. */
export class UndiciTransport implements Transport, Route {
  readonly #settings: TransportSettings;
  readonly #connections: Connections;
  #activeRequests = 0;
  #closing: Promise<void> | undefined = undefined;

  constructor(options: TransportOptions) {
    this.#settings = { ...TRANSPORT_DEFAULTS, ...options };
    this.#connections = new Connections(this.#settings);
  }

  readonly fetch: Fetch = (input, init = {}) => {
    const route = init.dispatcher === undefined ? this : routeThrough(init.dispatcher, () => this.done());
    try {
      const request = toWireRequest(input, init, this.#settings.acceptEncoding);
      return request instanceof Promise
        ? request.then((prepared) => this.#exchange(prepared, route))
        : this.#exchange(request, route);
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  };

  get stats(): TransportStats {
    return { openSockets: this.#connections.openSockets, activeRequests: this.#activeRequests };
  }

  close(): Promise<void> {
    this.#closing ??= this.#connections.close(this.#settings.closeDeadlineMs);
    return this.#closing;
  }

  send(options: Dispatcher.DispatchOptions, exchange: Exchange): void {
    this.#connections.kept.dispatch(options, exchange);
  }

  again(error: Error, elapsedMs: number): Pick<Route, 'send'> | undefined {
    const { retryStaleConnections } = this.#settings;
    if (!retryStaleConnections || elapsedMs > STALE_WITHIN_MS || !this.#connections.isStale(error)) return undefined;
    return { send: (options, exchange) => void this.#connections.fresh.dispatch(options, exchange) };
  }

  done(): void {
    this.#activeRequests -= 1;
  }

  #exchange(request: WireRequest, route: Route): Promise<WireResponse> {
    const refusal = this.#refusal(request.signal);
    if (refusal !== undefined) {
      if (request.options.body instanceof Readable) request.options.body.destroy();
      return Promise.reject(refusal);
    }
    this.#activeRequests += 1;
    return new Promise((resolve, reject) => {
      new Exchange(request, route, resolve, reject).start(request);
    });
  }

  #refusal(signal: AbortSignal | undefined): Error | undefined {
    if (signal?.aborted === true) return abortReason(signal);
    return this.#closing === undefined ? undefined : fetchFailed(new TransportClosedError());
  }
}
