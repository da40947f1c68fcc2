import { z } from 'zod';
import { atLeast, inRange, milliseconds, modelIds, must, off, whole } from './checks.js';

const budget = z
  .strictObject({
    maxTokens: atLeast(1),
    tokensPerCall: must<number>('a number from 0 to 1', (value) => inRange(value, 0, 1)),
    tokensPerMinute: atLeast(0),
  })
  .partial();

export const retry = z
  .strictObject({
    maxAttempts: whole(1, 20),
    baseDelayMs: milliseconds,
    maxDelayMs: milliseconds,
    overloadedBaseDelayMs: milliseconds,
    overloadedMaxDelayMs: milliseconds,
    maxRetryAfterMs: milliseconds,
    budget: z.union([off, budget]),
    fallbackModels: z.record(z.string(), modelIds, {
      error: 'must be an object whose keys are model ids and whose values are lists of model ids',
    }),
  })
  .partial();
