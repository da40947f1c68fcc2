import type { SecureContextOptions } from 'node:tls';
import type { FetchInit } from './request.js';

/** Any function with the shape of the platform's `fetch`. */
export type ForeignFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** How a transport trusts servers and identifies itself to them; see `tls.connect` of Node. */
export interface TransportTls extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'passphrase'> {
  /** Set false only against servers of your own in tests. Default true. */
  readonly rejectUnauthorized?: boolean;
}

export interface TransportOptions {
  /** `undici`: the fast one. `fetch`: the platform's `fetch`, to which the options below do not apply. Default `undici`. */
  readonly kind?: 'undici' | 'fetch';
  /** A `fetch` of your own; implies `kind: 'fetch'`. Default: the platform's. */
  readonly fetch?: ForeignFetch;
  /** Time to open a connection, TLS handshake included, in ms, to about a second; 0 for no limit. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Time from the sent request to the response's headers, in ms, to about a second; 0 for no limit. Default 600,000. */
  readonly headersTimeoutMs?: number;
  /** Time between two chunks of a body, in ms, to about a second; 0 for no limit. Default 300,000. */
  readonly bodyTimeoutMs?: number;
  /** Connections per origin; requests above it wait in line without a time limit. Default 2,048. */
  readonly connections?: number;
  /** Time an idle connection is kept, in ms, unless the server's `keep-alive` header says otherwise. Default 30,000. */
  readonly keepAliveTimeoutMs?: number;
  /** The longest time a server's `keep-alive` header can ask for, in ms. Default 600,000. */
  readonly keepAliveMaxTimeoutMs?: number;
  /** Size of a response's headers, in bytes. Default 65,536. */
  readonly maxResponseHeaderBytes?: number;
  /** What `accept-encoding` says when the caller sets none. `identity` saves the CPU of decoding. Default `gzip, deflate, br`. */
  readonly acceptEncoding?: string;
  /**
   * `env`: as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (or in lower case) say when the transport is created. `none`: no
   * proxy. Else the URL of one, for all but the hosts of `NO_PROXY`. A proxy must accept CONNECT. Default `env`.
   */
  readonly proxy?: 'env' | 'none' | (string & {});
  readonly tls?: TransportTls;
  /**
   * Whether a request is sent once more, on a new connection, when the kept connection it was sent on turns out to be
   * closed: reset or ended within a second, before any byte of an answer. Default true.
   */
  readonly retryStaleConnections?: boolean;
  /** How long `close()` waits for running requests before it destroys them, in ms. Default 10,000. */
  readonly closeDeadlineMs?: number;
}

export const TRANSPORT_DEFAULTS = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 600_000,
  bodyTimeoutMs: 300_000,
  connections: 2_048,
  keepAliveTimeoutMs: 30_000,
  keepAliveMaxTimeoutMs: 600_000,
  maxResponseHeaderBytes: 64 * 1024,
  acceptEncoding: 'gzip, deflate, br',
  proxy: 'env',
  tls: {},
  retryStaleConnections: true,
  closeDeadlineMs: 10_000,
} as const satisfies TransportOptions;

/** Options with every default in place. */
export type TransportSettings = Required<Omit<TransportOptions, 'kind' | 'fetch'>>;

export type { FetchInit };
