import { z } from 'zod';
import { STRATEGY_NAMES } from '../../call/context.js';
import { isGivenKey } from '../../keys/key-source.js';
import { atLeast, count, fn, isObject, milliseconds, modelIds, must, off, text } from './checks.js';
import { BASE_URL_EXPECTED, isHttpUrl } from './http-url.js';

const ENDPOINT_NAME = /^[\w.-]{1,64}$/;

const name = must<string>(
  'up to 64 letters, digits, `.`, `_` and `-`',
  (value) => typeof value === 'string' && ENDPOINT_NAME.test(value),
);

const weight = must<number>(
  'a number from 0 to 1000000',
  (value) => typeof value === 'number' && value >= 0 && value <= 1_000_000,
);

const common = {
  name,
  weight: weight.optional(),
  limitDomain: text.optional(),
  cacheDomain: text.optional(),
  models: z.union([modelIds, z.record(text, text)]).optional(),
  maxConcurrent: count.optional(),
};

const keyEndpoint = z.strictObject({
  ...common,
  key: must('a non-empty string, a function that returns one, or a key source with `name` and `getKey`', isGivenKey),
  baseURL: must<string>(BASE_URL_EXPECTED, isHttpUrl).optional(),
});

const clientEndpoint = z.strictObject({
  ...common,
  client: must<object>(
    "a client of the SDK's family, such as an AnthropicBedrock",
    (value) => isObject(value) && 'request' in value && typeof value.request === 'function',
  ),
});

export const endpoints = z
  .array(z.union([keyEndpoint, clientEndpoint]), { error: 'must be an array' })
  .min(1, { error: 'must be a list of at least one endpoint' });

const strategy = must(
  `one of ${STRATEGY_NAMES.map((each) => `'${each}'`).join(', ')}, or a strategy with a \`name\` and a \`pick\` method`,
  (value) =>
    STRATEGY_NAMES.some((each) => each === value) ||
    (isObject(value) &&
      'pick' in value &&
      fn.safeParse(value.pick).success &&
      'name' in value &&
      text.safeParse(value.name).success),
);

const probe = z.strictObject({ intervalMs: atLeast(5_000), timeoutMs: milliseconds }).partial();

export const routing = z.strictObject({ strategy, probe: z.union([off, probe]) }).partial();
