import { FetchTransport } from './fetch-transport.js';
import type { TransportOptions } from './transport.options.js';
import type { Transport } from './transport.types.js';
import { UndiciTransport } from './undici-transport.js';

export type { FetchInit } from './request.js';
export {
  TRANSPORT_DEFAULTS,
  type ForeignFetch,
  type TransportOptions,
  type TransportTls,
} from './transport.options.js';
export type { Fetch, Transport, TransportStats } from './transport.types.js';

/**
 * The connections to Claude, behind a `fetch` for the SDK's `fetch` option. Its owner closes it. Throws a `TypeError` when
 * the URL of the proxy is none.
 */
export function createTransport(options: TransportOptions = {}): Transport {
  if (options.fetch === undefined && options.kind !== 'fetch') return new UndiciTransport(options);
  return new FetchTransport(options.fetch ?? globalThis.fetch);
}
