import { z } from 'zod';
import type { AdmissionStore } from '../../admission/admission-store.js';
import { count, flag, isObject, milliseconds, modelIds, must, off, oneOf, share, text, whole } from './checks.js';

/** Far more than anybody is sold, and small enough to be counted exactly. */
const units = whole(1, 1e12);

const limits = {
  requestsPerMinute: units,
  inputTokensPerMinute: units,
  outputTokensPerMinute: units,
  tokensPerMinute: units,
  burst: z.strictObject({ requests: units, inputTokens: units, outputTokens: units, tokens: units }).partial(),
};

/** The limits of one model class by themselves. */
export const modelLimits = z.strictObject(limits).partial();

const concurrency = z.strictObject({ initial: count, min: count, max: count }).partial();

const strictWindow = z
  .strictObject({
    utilization: must<number>(
      'a number above 0 and below 1',
      (value) => typeof value === 'number' && value > 0 && value < 1,
    ),
  })
  .partial();

const queue = z
  .strictObject({
    maxLength: whole(0, 1_000_000),
    maxWaitMs: milliseconds,
    agingMs: milliseconds,
    fairBy: z.union([
      must("'user', an object with a `tag`, or a function", (value) => value === 'user' || typeof value === 'function'),
      z.strictObject({ tag: text }),
    ]),
  })
  .partial();

export const rateLimit = z
  .strictObject({
    ...limits,
    models: z.record(z.string(), modelLimits, {
      error: 'must be an object whose keys are model ids or classes and whose values are limits',
    }),
    modelClasses: z.record(z.string(), modelIds, {
      error: 'must be an object whose keys are model classes and whose values are lists of model ids',
    }),
    maxConcurrent: count,
    concurrency: z.union([off, concurrency]),
    safety: share,
    strictWindow: z.union([
      must<boolean>('true, false or an object', (value) => typeof value === 'boolean'),
      strictWindow,
    ]),
    queue,
    estimate: z
      .strictObject({ input: oneOf('blocks', 'count-tokens'), output: oneOf('learned', 'max-tokens') })
      .partial(),
    learn: flag,
    mode: oneOf('enforce', 'shadow'),
  })
  .partial();

const STORE_METHODS = ['acquire', 'settle', 'renew', 'observe', 'standing'] as const satisfies (keyof AdmissionStore)[];

export const store = must<AdmissionStore>(
  `a store with the methods ${STORE_METHODS.join(', ')}`,
  (value) =>
    isObject(value) && STORE_METHODS.every((name) => typeof (value as Partial<AdmissionStore>)[name] === 'function'),
);

export const storeOutage = z
  .strictObject({
    answerWithinMs: milliseconds,
    limits: oneOf('local', 'open', 'closed'),
    hardBudgets: oneOf('open', 'closed'),
    replicas: count,
  })
  .partial();
