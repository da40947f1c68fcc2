import type { AdmissionStore } from '../../admission/admission-store.js';
import type { Meter } from '../../admission/meter.js';
import { RecentStandings } from '../../admission/recent-standings.js';
import type { Clock } from '../../call/clock.js';
import { DIMENSION, type LimitPool } from '../../rate-limit/limit-pool.js';
import { outlookOf } from '../../rate-limit/pool-outlook.js';
import type { RateLimiter } from '../../rate-limit/rate-limiter.js';
import { shownNames, type LimiterHealth } from '../health-report.js';

/** How old what a shared store says of limits may be, in milliseconds. */
const REFRESH_MS = 1_000;

/** Whether calls are about to be turned away by limits, or are already. */
export class LimiterRule {
  readonly #standings: RecentStandings;

  /** @param queueThreshold The share of a line from which on it is nearly full. */
  constructor(
    private readonly limiter: RateLimiter,
    store: AdmissionStore,
    clock: Clock,
    private readonly queueThreshold: number,
  ) {
    this.#standings = new RecentStandings(() => store.standing(this.#meters()), clock, REFRESH_MS);
  }

  look(): LimiterHealth {
    const { maxLength, maxWaitMs } = this.limiter.settings.queue;
    const shut = new Set<string>();
    for (const each of this.#standings.look()) if (outlookOf([each], 0).waitMs > maxWaitMs) shut.add(each.meter.key);
    let queued = 0;
    const saturated: string[] = [];
    for (const pool of this.#pools()) {
      const { length } = pool.line;
      queued += length;
      const isNearlyFull = length > 0 && length >= this.queueThreshold * maxLength;
      if (isNearlyFull || (shut.size > 0 && pool.meters.some(({ key }) => shut.has(key)))) {
        saturated.push(`${pool.domain}/${pool.name}`);
      }
    }
    return { status: saturated.length > 0 ? 'degraded' : 'up', queued, saturated: shownNames(saturated) };
  }

  *#pools(): Iterable<LimitPool> {
    for (const { pools } of this.limiter.domains) yield* pools;
  }

  /** Those that are closed where nobody may pass: of each pool that of its requests, and the places of its domain. */
  #meters(): readonly Meter[] {
    const meters = new Set<Meter>();
    for (const { meters: each } of this.#pools()) {
      for (const meter of [each[DIMENSION.slots], each[DIMENSION.requests]]) if (meter !== undefined) meters.add(meter);
    }
    return [...meters];
  }
}
