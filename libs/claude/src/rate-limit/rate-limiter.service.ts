import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { StoreEvent, StoreStats } from '../admission/store.events.js';
import { unlessAway } from '../admission/unless-away.js';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { kindOf } from '../call/context.js';
import { InvalidOptionsError } from '../errors/errors.js';
import type { LimitDomain } from './limit-domain.js';
import type { LimitPool } from './limit-pool.js';
import {
  checkLimitRequest,
  checkTarget,
  type LimitRequest,
  type LimitTarget,
  type UsedLimits,
} from './limit-request.js';
import type { LimitRefusal } from '../admission/limit-refusal.js';
import { concurrencySnapshot, limitSnapshot, type RateLimiterSnapshot } from './limit-snapshot.js';
import { LoneRequest } from './lone-request.js';
import type { RateLimitLease } from './rate-limit-lease.js';
import type { ModelLimits } from './rate-limit.options.js';
import { checkModelLimits } from '../config/check-model-limits.js';
import { mergeLimits } from './resolve-rate-limits.js';

/** Which limits to act on: those of a model's class, or those of a whole limit domain. */
export interface LimitScope {
  /** A model, or a model class such as `opus-4`. Left out, all of the domain's. */
  readonly model?: string;
  /** The limit domain. Default `default`. */
  readonly domain?: string;
}

/**
 * The rate limits of this module instance: how they stand, a hand on each, and the same limits for work of your own. With
 * `rateLimit: false` nothing is limited, and calls are not counted.
 */
@Injectable()
export class RateLimiterService {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'rate-limiter';

  /** Whether a `store` of your own answers. Hot: a subscriber sees what happens after it subscribed. */
  readonly storeEvents: Observable<StoreEvent>;

  readonly #runtime: ClaudeRuntime;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    this.#runtime = runtime as ClaudeRuntime;
    this.storeEvents = this.#runtime.storeEvents.asObservable();
  }

  /** How often a `store` of your own has failed, and what became of calls then; `null` with this process's memory. */
  get storeStats(): StoreStats | null {
    return this.#runtime.boundedStore?.stats ?? null;
  }

  /**
   * Claims an amount of the limits for work of your own, waiting in line with calls until there is enough. Settle the
   * lease when the work is done, in a `finally`.
   *
   * @throws InvalidOptionsError for amounts that are no numbers of at least 0; nothing was claimed.
   * @throws LimitExceededError when the line is full, or its turn would come too late.
   * @throws RequestExceedsLimitError when it asks for more than there can ever be.
   */
  async acquire(request: LimitRequest): Promise<RateLimitLease> {
    return this.#lone(request, 'acquire').pass();
  }

  /**
   * Claims an amount of the limits if there is enough now and nobody waits; otherwise `null`.
   *
   * @throws InvalidOptionsError for amounts that are no numbers of at least 0.
   */
  async tryAcquire(request: LimitRequest): Promise<RateLimitLease | null> {
    return this.#lone(request, 'tryAcquire').tryPass();
  }

  /** The same as `lease.settle(used)`. */
  async settle(lease: RateLimitLease, used?: UsedLimits): Promise<void> {
    await lease.settle(used);
  }

  /**
   * What a request would be refused with if it were made now; `null` if it would be let through, at once or after a wait
   * that it may take. Takes nothing. Always `null` in shadow mode.
   *
   * @throws InvalidOptionsError as `acquire` does.
   */
  async refusal(request: LimitRequest): Promise<LimitRefusal | null> {
    const lone = this.#lone(request, 'refusal');
    const { rateLimit, storeOutage } = this.#runtime.settings;
    if (rateLimit === false || rateLimit.mode === 'shadow') return null;
    return unlessAway(lone.refusal(), storeOutage.limits);
  }

  /** How all limits stand. A model class is there from its first call on. */
  async snapshot(): Promise<RateLimiterSnapshot> {
    const { limiter } = this.#runtime;
    const pools = Array.from(limiter.domains).flatMap(({ pools: each }) => Array.from(each));
    const limits = pools.map(async (pool) => limitSnapshot(pool, await pool.standing()));
    return { limits: await Promise.all(limits), concurrency: Array.from(limiter.concurrency, concurrencySnapshot) };
  }

  /**
   * Lets no call through for a while, or until `resume()`. Calls wait, as long as they may.
   *
   * @param forMs Milliseconds, above 0. Default: until it is resumed.
   */
  async pause(scope: LimitScope = {}, forMs = Infinity): Promise<void> {
    if (!(forMs > 0)) {
      throw new InvalidOptionsError(
        `\`forMs\` of pause() must be a number of milliseconds above 0, not ${kindOf(forMs)}: leave it out to pause until resume().`,
      );
    }
    await this.#target(scope, 'pause').close(forMs, 'pause');
  }

  /** Lets calls through again, whatever stopped them: a pause, a wait the API asked for, or a spend limit. */
  async resume(scope: LimitScope = {}): Promise<void> {
    const domain = this.#domain(scope.domain);
    await this.#target(scope, 'resume').close(0, 'pause');
    if (scope.model === undefined) for (const pool of domain.pools) await pool.close(0, 'pause');
    domain.wakeAll();
  }

  /**
   * Sets the limits of a model's class from now on, for those who wait too. What is left out is as if it were never
   * configured. A lower limit that the API names still holds.
   *
   * @throws InvalidOptionsError naming what cannot be accepted; nothing has changed.
   */
  setLimits(limits: ModelLimits, target: LimitTarget): void {
    checkTarget(target, 'setLimits');
    const domain = this.#domain(target.domain);
    const resolved = mergeLimits(
      checkModelLimits(limits, 'limits', this.#runtime.limiter.settings),
      this.#runtime.limiter.settings,
    );
    domain.setLimits(domain.classOf(target.model), resolved);
  }

  #lone(request: LimitRequest, method: string): LoneRequest {
    const { admission, limiter, store } = this.#runtime;
    const { model, domain: name } = checkLimitRequest(request, method);
    const domain = this.#domain(name);
    const defaults = { maxWaitMs: limiter.settings.queue.maxWaitMs, ...admission.nextTurn() };
    return new LoneRequest(request, domain, domain.poolOfModel(model, false), store, defaults);
  }

  #target({ model, domain: name }: LimitScope, method: string): LimitDomain | LimitPool {
    const domain = this.#domain(name);
    if (model === undefined) return domain;
    checkTarget({ model }, method);
    return domain.poolOfModel(model, false);
  }

  #domain(name = 'default'): LimitDomain {
    return this.#runtime.limiter.domain(name);
  }
}
