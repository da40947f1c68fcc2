import { z } from 'zod';
import { isGivenKey } from '../keys/key-source.js';
import { context, stages, timeouts } from './schema/call.schema.js';
import { fn, milliseconds, millisecondsOrNone, must, off, whole } from './schema/checks.js';
import { circuit } from './schema/circuit.schema.js';
import { client } from './schema/client.schema.js';
import { cost } from './schema/cost.schema.js';
import { endpoints, routing } from './schema/endpoints.schema.js';
import { BASE_URL_EXPECTED, isHttpUrl } from './schema/http-url.js';
import { log, requests, tracing } from './schema/log.schema.js';
import { optimize } from './schema/optimize.schema.js';
import { rateLimit, store, storeOutage } from './schema/rate-limit.schema.js';
import { health } from './schema/health.schema.js';
import { retry } from './schema/retry.schema.js';
import { sanitization } from './schema/sanitization.schema.js';
import { transport } from './schema/transport.schema.js';

/** Shape of the module's options. Contradictions between options are looked for once the shape holds. */
export const OPTIONS_SCHEMA = z
  .strictObject({
    apiKey: must(
      'a non-empty string, a function that returns one, a key source with `name` and `getKey`, or a list of at least two of them',
      (value) => isGivenKey(value) || (Array.isArray(value) && value.length > 1 && value.every(isGivenKey)),
    ),
    keyCache: z.strictObject({ refreshMs: milliseconds, maxAgeMs: milliseconds, timeoutMs: milliseconds }).partial(),
    endpoints,
    routing,
    baseURL: must<string>(BASE_URL_EXPECTED, isHttpUrl),
    context,
    retry: z.union([off, retry]),
    circuit: z.union([off, circuit]),
    rateLimit: z.union([off, rateLimit]),
    cost: z.union([off, cost]),
    log: z.union([off, log]),
    requests,
    tracing,
    optimize: z.union([off, optimize]),
    sanitization: z.union([off, sanitization]),
    store,
    storeOutage,
    health,
    timeouts,
    transport,
    stages,
    middleware: z.array(fn, { error: 'must be an array' }),
    client,
    maxEventBytes: whole(1024, 2 ** 30),
    shutdownGraceMs: millisecondsOrNone,
  })
  .partial();
