import type { RateLimiter } from '../../rate-limit/rate-limiter.js';
import type { LimitPool } from '../../rate-limit/limit-pool.js';
import { shownNames, type LimiterHealth } from '../health-report.js';

/** Whether calls are about to be turned away by limits, or are already. */
export function limiterHealth(limiter: RateLimiter, queueThreshold: number): LimiterHealth {
  const { maxLength, maxWaitMs } = limiter.settings.queue;
  const isSaturated = ({ line }: LimitPool, waitMs: number): boolean =>
    waitMs > maxWaitMs || (line.length > 0 && line.length >= queueThreshold * maxLength);
  let queued = 0;
  const saturated: string[] = [];
  for (const { pools } of limiter.domains) {
    for (const pool of pools) {
      queued += pool.line.length;
      if (isSaturated(pool, pool.outlook().waitMs)) saturated.push(`${pool.domain}/${pool.name}`);
    }
  }
  return { status: saturated.length > 0 ? 'degraded' : 'up', queued, saturated: shownNames(saturated) };
}
