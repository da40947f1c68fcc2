import type { Random } from '../call/clock.js';

/**
 * Exponential backoff with full jitter: a uniform wait between 0 and min(cap, base x 2^(n-1)). Spreading over the whole
 * range, not around its end, is what keeps a herd of callers from coming back together.
 *
 * Source: "Exponential Backoff and Jitter", AWS Architecture Blog.
 *
 * @param attempt Number of the attempt that failed, from 1.
 */
export function fullJitterMs(attempt: number, baseMs: number, capMs: number, random: Random): number {
  return random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
}
