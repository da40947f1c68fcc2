import { z } from 'zod';
import { flag, fn, milliseconds, millisecondsOrNone, must, oneOf, text, whole } from './checks.js';
import { isHttpUrl } from './http-url.js';

const tlsMaterial = must<object | string>(
  'PEM text, a Buffer or an array of these',
  (value) => (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null),
);

const tls = z
  .strictObject({ ca: tlsMaterial, cert: tlsMaterial, key: tlsMaterial, passphrase: text, rejectUnauthorized: flag })
  .partial();

const tuned = z
  .strictObject({
    kind: oneOf('undici', 'fetch'),
    fetch: fn,
    proxy: must<string>(
      "'env', 'none' or the URL of a proxy",
      (value) => value === 'env' || value === 'none' || isHttpUrl(value),
    ),
    connectTimeoutMs: millisecondsOrNone,
    headersTimeoutMs: millisecondsOrNone,
    bodyTimeoutMs: millisecondsOrNone,
    keepAliveTimeoutMs: milliseconds,
    keepAliveMaxTimeoutMs: milliseconds,
    connections: whole(1, 65_535),
    maxResponseHeaderBytes: whole(1_024, 2 ** 24),
    acceptEncoding: text,
    retryStaleConnections: flag,
    closeDeadlineMs: millisecondsOrNone,
    tls,
  })
  .partial();

export const transport = z.union([
  must<'undici' | 'fetch'>("'undici', 'fetch' or an object", (value) => value === 'undici' || value === 'fetch'),
  tuned,
]);
