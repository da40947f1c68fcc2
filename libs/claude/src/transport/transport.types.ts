import type { FetchInit } from './request.js';
import type { WireResponse } from './wire-response.js';

/** `fetch` as this room does it. Fit for the SDK's `fetch` option. */
export type Fetch = (input: string | URL | Request, init?: FetchInit) => Promise<WireResponse>;

export interface TransportStats {
  /** Connections that are open, idle ones included. */
  readonly openSockets: number;
  /** Requests whose response has not arrived completely. */
  readonly activeRequests: number;
}

/** A `fetch` and the connections behind it. */
export interface Transport {
  /** Rejects with `TypeError('fetch failed')` and a cause, or the signal's reason. Redirects are never followed. */
  readonly fetch: Fetch;
  /** Counted as they happen; zeros for a `fetch` that is not ours, whose connections are its own. */
  readonly stats: TransportStats;
  /** Refuses new requests, lets running ones end until `closeDeadlineMs`, then destroys them. Idempotent. */
  close(): Promise<void>;
}
