import { z } from 'zod';
import { STAGE_ORDER } from '../call/pipeline.js';

/** A check with one sentence for everything that can be wrong: `must be <expected>`. */
function must<T>(expected: string, accepts: (value: unknown) => boolean): z.ZodType<T> {
  return z.custom<T>(accepts, { error: `must be ${expected}` });
}

function whole(min: number, max: number): z.ZodType<number> {
  return must(`a whole number from ${min} to ${max}`, (value) => Number.isInteger(value) && inRange(value, min, max));
}

/** The longest time-out anybody can mean: a longer one does not fit a timer. */
const LONGEST_MS = 2 ** 31 - 1;

const milliseconds = must<number>(
  `a number of milliseconds above 0 and up to ${LONGEST_MS}`,
  (value) => typeof value === 'number' && value > 0 && value <= LONGEST_MS,
);

const millisecondsOrNone = must<number>(
  `a number of milliseconds from 0 to ${LONGEST_MS}`,
  (value) => typeof value === 'number' && value >= 0 && value <= LONGEST_MS,
);

const share = must<number>(
  'a number above 0 and up to 1',
  (value) => typeof value === 'number' && value > 0 && value <= 1,
);

function atLeast(min: number): z.ZodType<number> {
  return must(`a number of at least ${min}`, (value) => Number.isFinite(value) && inRange(value, min, Infinity));
}

/** As many as anybody can mean. */
const count = whole(1, 1_000_000);

const text = must<string>('a non-empty string', isText);

/** What switches a room off. */
const off = must<false>('an object or false', (value) => value === false);

const fn = must<(...args: never[]) => unknown>('a function', (value) => typeof value === 'function');

function inRange(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const place = must<string>(`one of ${STAGE_ORDER.join(', ')}`, (value) => STAGE_ORDER.some((name) => name === value));

const innerPlace = must<string>(
  `one of ${STAGE_ORDER.filter((name) => name !== 'send').join(', ')}; nothing stands after send`,
  (value) => value !== 'send' && STAGE_ORDER.some((name) => name === value),
);

const retry = z
  .strictObject({
    maxAttempts: whole(1, 20),
    baseDelayMs: milliseconds,
    maxDelayMs: milliseconds,
    overloadedBaseDelayMs: milliseconds,
    overloadedMaxDelayMs: milliseconds,
    maxRetryAfterMs: milliseconds,
    budget: z.union([
      off,
      z
        .strictObject({
          maxTokens: atLeast(1),
          tokensPerCall: must<number>('a number from 0 to 1', (value) => inRange(value, 0, 1)),
          tokensPerMinute: atLeast(0),
        })
        .partial(),
    ]),
    fallbackModels: z.record(
      z.string(),
      must<string[]>(
        'a list of at least one model id, each once',
        (value) =>
          Array.isArray(value) && value.length > 0 && value.every(isText) && new Set(value).size === value.length,
      ),
      { error: 'must be an object whose keys are model ids and whose values are lists of model ids' },
    ),
  })
  .partial();

const circuit = z
  .strictObject({
    failureRateThreshold: share,
    minimumNumberOfCalls: count,
    windowMs: milliseconds,
    consecutiveFailures: count,
    slowCallDurationThresholdMs: milliseconds,
    slowCallRateThreshold: share,
    baseOpenMs: milliseconds,
    maxOpenMs: milliseconds,
    healthyAfterMs: milliseconds,
    permittedCallsInHalfOpen: count,
    successesToClose: count,
    mode: must<'enforce' | 'shadow'>("'enforce' or 'shadow'", (value) => value === 'enforce' || value === 'shadow'),
  })
  .partial();

const timeouts = z
  .strictObject({
    deadlineMs: milliseconds,
    attemptMs: milliseconds,
    firstEventMs: milliseconds,
    idleMs: milliseconds,
    contentIdleMs: milliseconds,
  })
  .partial();

const tlsMaterial = must<object | string>(
  'PEM text, a Buffer or an array of these',
  (value) => (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null),
);

const transport = z
  .strictObject({
    kind: must<'undici' | 'fetch'>("'undici' or 'fetch'", (value) => value === 'undici' || value === 'fetch'),
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
    retryStaleConnections: must<boolean>('true or false', (value) => typeof value === 'boolean'),
    closeDeadlineMs: millisecondsOrNone,
    tls: z
      .strictObject({
        ca: tlsMaterial,
        cert: tlsMaterial,
        key: tlsMaterial,
        passphrase: text,
        rejectUnauthorized: must<boolean>('true or false', (value) => typeof value === 'boolean'),
      })
      .partial(),
  })
  .partial();

const client = z
  .strictObject({
    authToken: text,
    config: must<object>('an object', isObject),
    credentials: fn,
    profile: text,
    defaultHeaders: must<object>(
      'headers: an object, an array of pairs or a Headers',
      (value) => typeof value === 'object' && value !== null,
    ),
    defaultQuery: must<object>('an object', isObject),
    fetchOptions: must<object>('an object', isObject),
    logLevel: must<string>("'off', 'error', 'warn', 'info' or 'debug'", (value) =>
      ['off', 'error', 'warn', 'info', 'debug'].some((level) => level === value),
    ),
    logger: must<object>('a logger with error, warn, info and debug', isObject),
    openTelemetry: must<object | false>('an object or false', (value) => value === false || isObject(value)),
    webhookKey: text,
  })
  .partial();

const context = z
  .strictObject({
    user: text,
    tags: z.record(
      z.string(),
      must<string>('a string', (value) => typeof value === 'string'),
      {
        error: 'must be an object whose values are strings',
      },
    ),
    priority: must<string>("'interactive', 'normal' or 'background'", (value) =>
      ['interactive', 'normal', 'background'].some((priority) => priority === value),
    ),
    requestType: text,
  })
  .partial();

/** Whether a value is an http or https URL that carries neither credentials nor a query nor a fragment. */
export function isHttpUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password, hash, search } = new URL(value);
  return /^https?:$/.test(protocol) && username + password + hash + search === '';
}

/** What a base URL must be, for messages. */
export const BASE_URL_EXPECTED =
  'an http or https URL without credentials, query or fragment, e.g. https://api.anthropic.com';

/** Shape of the module's options. Contradictions between options are looked for once the shape holds. */
export const OPTIONS_SCHEMA = z
  .strictObject({
    apiKey: must(
      'a non-empty string or a function that returns one',
      (value) => typeof value === 'function' || typeof value === 'string',
    ),
    baseURL: must<string>(BASE_URL_EXPECTED, isHttpUrl),
    context,
    retry: z.union([off, retry]),
    circuit: z.union([off, circuit]),
    timeouts,
    transport: z.union([
      must<'undici' | 'fetch'>("'undici', 'fetch' or an object", (value) => value === 'undici' || value === 'fetch'),
      transport,
    ]),
    stages: z.array(
      z.union([z.strictObject({ before: place, use: fn }), z.strictObject({ after: innerPlace, use: fn })]),
      { error: 'must be an array' },
    ),
    middleware: z.array(fn, { error: 'must be an array' }),
    client,
    maxEventBytes: whole(1024, 2 ** 30),
    shutdownGraceMs: millisecondsOrNone,
  })
  .partial();
