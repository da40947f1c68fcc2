import { TransportClosedError, fetchFailed } from './errors.js';
import type { ForeignFetch } from './transport.options.js';
import type { Fetch, Transport, TransportStats } from './transport.types.js';
import { WireResponse } from './wire-response.js';

const NOTHING_KNOWN: TransportStats = { openSockets: 0, activeRequests: 0 };

/** Another `fetch`, whose responses become ours. Its connections, and their closing, are its own business. */
export class FetchTransport implements Transport {
  readonly stats = NOTHING_KNOWN;
  readonly #fetch: ForeignFetch;
  #closed = false;

  constructor(fetch: ForeignFetch) {
    this.#fetch = fetch;
  }

  /** Redirects are not followed unless the caller says so: the API key must not travel. */
  readonly fetch: Fetch = async (input, init) => {
    if (this.#closed) throw fetchFailed(new TransportClosedError());
    const fetch = this.#fetch;
    const response = await fetch(input, { redirect: 'manual', ...init } as RequestInit);
    return WireResponse.from(response, init?.signal);
  };

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }
}
