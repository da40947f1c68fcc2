import type { ModelLimits } from '../rate-limit/rate-limit.options.js';
import { STRICT_BURST_SHARE } from '../rate-limit/rate-limit.defaults.js';
import { LIMIT_OPTIONS, type Dimension, type LimitWindow } from '../rate-limit/resolve-rate-limits.js';

const DIMENSIONS = Object.keys(LIMIT_OPTIONS) as readonly Dimension[];

/** Limits of one model class that cannot hold together, or would do nothing. */
export function limitContradictions(path: string, limits: ModelLimits, window: LimitWindow): string[] {
  return window.strictWindow ? strictness(path, limits, window) : bursts(path, limits);
}

/** Limits that were given for their own sake, and limit nothing. */
export function namesNoLimit(path: string, limits: ModelLimits): string[] {
  if (DIMENSIONS.some((dimension) => limits[LIMIT_OPTIONS[dimension]] !== undefined)) return [];
  return [`\`${path}\` names no limit: set one of ${Object.values(LIMIT_OPTIONS).join(', ')}.`];
}

function bursts(path: string, limits: ModelLimits): string[] {
  return DIMENSIONS.flatMap((dimension) => {
    const burst = limits.burst?.[dimension];
    const limit = limits[LIMIT_OPTIONS[dimension]];
    if (burst === undefined || burst <= (limit ?? -1)) return [];
    const [its, ofLimit] = [`\`${path}.burst.${dimension}\``, `\`${path}.${LIMIT_OPTIONS[dimension]}\``];
    return limit === undefined
      ? [`${its} would do nothing without ${ofLimit}: set that too, or remove it.`]
      : [`${its} must not be above ${ofLimit}: lower the one or raise the other.`];
  });
}

function strictness(path: string, { burst, requestsPerMinute }: ModelLimits, { refillShare }: LimitWindow): string[] {
  const given = DIMENSIONS.filter((dimension) => burst?.[dimension] !== undefined);
  const excluded = given.map(
    (dimension) =>
      `\`${path}.burst.${dimension}\` and \`rateLimit.strictWindow\` exclude each other, as its \`utilization\` decides the burst: keep one of them.`,
  );
  // As whole as floating point lets it be: a tenth of 10 requests is one.
  const least = Math.ceil(1 / ((1 - refillShare) * STRICT_BURST_SHARE) - 1e-6);
  if (requestsPerMinute === undefined || requestsPerMinute >= least) return excluded;
  return [
    ...excluded,
    `\`${path}.requestsPerMinute\` leaves no burst of a whole request with \`rateLimit.strictWindow\`: raise it to at least ${least}, or lower \`rateLimit.strictWindow.utilization\`.`,
  ];
}
