import { z } from 'zod';
import { HEALTH_RULES } from '../../health/health.options.js';
import { count, milliseconds, millisecondsOrNone, off, oneOf, share } from './checks.js';

const rules = z.array(oneOf(...HEALTH_RULES), { error: 'must be a list' });

/** What a single look may say, too. */
export const healthRules = z.strictObject({ failReadinessOn: rules, ignore: rules }).partial();

export const health = z
  .strictObject({
    ...healthRules.shape,
    successRate: z
      .strictObject({ windowMs: milliseconds, minimumNumberOfCalls: count, threshold: share })
      .partial()
      .optional(),
    queueThreshold: share,
    probe: z.union([off, z.strictObject({ intervalMs: milliseconds, timeoutMs: milliseconds }).partial()]),
    drainDelayMs: millisecondsOrNone,
  })
  .partial();
