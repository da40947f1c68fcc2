import type { Clock } from '../../call/clock.js';
import { LimitPool } from './limit-pool.js';
import type { RateLimits } from './rate-limit.options.js';

/** Every pool of the simulator, made when first asked for. */
export class LimitPools {
  readonly #limits: RateLimits;
  readonly #clock: Clock;
  readonly #pools = new Map<string, Map<string, LimitPool>>();

  constructor(limits: RateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  of(organization: string, modelClass: string): LimitPool {
    let pools = this.#pools.get(organization);
    if (!pools) this.#pools.set(organization, (pools = new Map()));
    let pool = pools.get(modelClass);
    if (!pool) pools.set(modelClass, (pool = this.#create(modelClass)));
    return pool;
  }

  /** Fills every bucket. */
  clear(): void {
    this.#pools.clear();
  }

  #create(modelClass: string): LimitPool {
    return new LimitPool(this.#limits.byClass?.[modelClass] ?? this.#limits, this.#clock);
  }
}
