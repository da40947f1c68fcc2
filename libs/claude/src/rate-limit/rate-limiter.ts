import { AdaptiveConcurrency } from '../admission/adaptive-concurrency.js';
import {
  ADAPTIVE_CONCURRENCY_DEFAULTS,
  type AdaptiveConcurrencyOptions,
} from '../admission/adaptive-concurrency.options.js';
import type { AdmissionStore, Awaitable, Lease } from '../admission/admission-store.js';
import { offPath } from '../admission/lease-keeper.js';
import type { Attempt } from '../call/attempt.js';
import type { Call } from '../call/call.js';
import type { Clock, Random } from '../call/clock.js';
import type { CallContext } from '../call/context.js';
import type { Endpoint } from '../call/endpoint.js';
import type { RateLimitGroup } from '../call/operations/operation.js';
import type { FailureSummary } from '../call/outcome.js';
import { jitteredHintMs } from '../call/retry-after.js';
import { speedOf } from '../call/request-traits.js';
import { isConnectTimeoutCode } from '../errors/network-codes.js';
import { LimitDomain } from './limit-domain.js';
import type { LimitPool } from './limit-pool.js';
import { UNLIMITED, type PoolOutlook } from './pool-outlook.js';
import { observationsOf } from './observe-headers.js';
import { RateLimitAsk, type AttemptObserver } from './rate-limit-ask.js';
import type { RateLimitSettings } from './rate-limit.options.js';
import { TokenEstimator, type EstimatedRequest, type TokenEstimate } from './token-estimator.js';

/** Model names may come from users, so there is an end to the pools of a domain. */
const MAX_POOLS = 1_000;

/** A request that names no model is limited, too. */
const UNKNOWN_MODEL = 'unknown';

/** Whether money has come in shows only when the API is asked again. */
const SPEND_RECHECK_MS = 300_000;

/** What the limiter is made of. */
export interface RateLimiterOptions {
  readonly settings: RateLimitSettings;
  readonly store: AdmissionStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Asks the API what a call's input comes to; `null` as long as it is estimated here. */
  readonly countInput: ((call: Call) => Promise<number | null>) | null;
}

/** An endpoint, as far as the number of attempts under way there matters. */
type PlacedEndpoint = Pick<Endpoint, 'name' | 'maxConcurrent'>;

/** An operation, as far as it is limited. */
export interface LimitedOperation {
  readonly group: RateLimitGroup;
  readonly model: string | null;
  readonly isFast: boolean;
}

/** All rate limits of one module instance, by limit domain and model class, and what is learned about them. */
export class RateLimiter implements AttemptObserver {
  readonly #domains = new Map<string, LimitDomain>();
  readonly #places = new Map<string, AdaptiveConcurrency>();
  readonly #estimator: TokenEstimator;

  constructor(private readonly options: RateLimiterOptions) {
    this.#estimator = new TokenEstimator(options.settings.estimate.output);
  }

  get settings(): RateLimitSettings {
    return this.options.settings;
  }

  get domains(): Iterable<LimitDomain> {
    return this.#domains.values();
  }

  domain(name: string): LimitDomain {
    let domain = this.#domains.get(name);
    if (domain === undefined) {
      const { settings, store, clock } = this.options;
      domain = new LimitDomain(name, settings, store, clock, MAX_POOLS);
      this.#domains.set(name, domain);
    }
    return domain;
  }

  /** How many calls may be under way at an endpoint; `null` where that is not limited. */
  places({ name, maxConcurrent }: PlacedEndpoint): AdaptiveConcurrency | null {
    const { concurrency } = this.options.settings;
    if (concurrency === false && maxConcurrent === null) return null;
    let places = this.#places.get(name);
    if (places === undefined) {
      places = new AdaptiveConcurrency(concurrencyOf(concurrency, maxConcurrent));
      this.#places.set(name, places);
    }
    return places;
  }

  /** How limits look to a call that is not made yet. */
  outlook(domain: string, operation: LimitedOperation): PoolOutlook {
    return this.#poolOf(domain, operation)?.outlook() ?? UNLIMITED;
  }

  /** Whether a call that asks for so much, an amount for each of its limits, would be let through at once. */
  hasRoomFor(domain: string, operation: LimitedOperation, amounts: readonly number[]): boolean {
    return this.#poolOf(domain, operation)?.hasRoomFor(amounts) ?? true;
  }

  /** What an attempt of a call asks for; `null` where the API limits nothing. */
  readonly askOf = (call: Call): Awaitable<RateLimitAsk | null> => {
    const { limit } = call.operation;
    const { limitDomain } = call.endpoint;
    if (limit === 'none') return null;
    const domain = this.domain(limitDomain);
    if (limit !== 'model_group') return new RateLimitAsk(domain.poolOfGroup(limit), null, '', null, this);
    const { effectiveModel: model, params, context, countedTokens } = call;
    const requestType = context.requestType ?? null;
    const estimate = this.#estimator.estimate({ params, model, requestType, countedTokens });
    const pool = domain.poolOfModel(model ?? UNKNOWN_MODEL, speedOf(params) === 'fast');
    const ask = (exact: TokenEstimate): RateLimitAsk =>
      new RateLimitAsk(pool, this.places(call.endpoint), this.#tenantOf(context), exact, this);
    return this.options.countInput === null ? ask(estimate) : this.#exactly(call, estimate).then(ask);
  };

  /** What a request is thought to use, by what such requests have used. */
  estimate(request: EstimatedRequest): TokenEstimate {
    return this.#estimator.estimate(request);
  }

  /** What an input that was counted really comes to, by what such counts have come to. */
  inputTokens(countedTokens: number, model: string | null): number {
    return this.#estimator.inputTokens(countedTokens, model);
  }

  answered({ pool }: RateLimitAsk, headers: Headers, lease: Lease): void {
    if (!this.options.settings.learn) return;
    const observations = observationsOf(headers, pool);
    if (observations.length === 0) return;
    // A guess that gives way may have held everybody up.
    offPath(
      () => this.options.store.observe(observations, lease),
      () => pool.line.wake(),
    );
  }

  ended({ pool, places, estimate }: RateLimitAsk, attempt: Attempt): void {
    const { failure, usage, model } = attempt;
    if (estimate !== null && usage !== null && model !== null) this.#estimator.learn(estimate, usage);
    if (failure === null) return;
    const { kind } = failure.meaning;
    if (showsOverload(failure)) places?.overloaded(this.options.clock.now());
    if (kind === 'spent') offPath(() => this.domain(pool.domain).close(untilPaid(this.options.clock.wall()), 'spend'));
    if (kind === 'throttled') this.#coolDown(pool, attempt, failure.code === 'ramp_limit_exceeded');
  }

  settled({ pool }: RateLimitAsk): void {
    this.domain(pool.domain).wake(pool);
  }

  /** The endpoints whose calls under way are limited, and how many may be. */
  get concurrency(): Iterable<readonly [endpoint: string, places: AdaptiveConcurrency]> {
    return this.#places;
  }

  /** Turns away everybody who waits. */
  close(makeError: () => Error): void {
    for (const { pools } of this.domains) for (const { line } of pools) line.clear(makeError);
  }

  /** Everybody keeps the wait that one was asked to keep: of a model class, or of all where it grew too fast. */
  #coolDown(pool: LimitPool, attempt: Attempt, ofDomain: boolean): void {
    const { retryAfterMs } = attempt;
    if (retryAfterMs === null) return;
    const closed = ofDomain ? this.domain(pool.domain) : pool;
    offPath(() => closed.close(jitteredHintMs(retryAfterMs, this.options.random), 'retry-after'));
    attempt.waitIsKept = this.options.settings.mode === 'enforce';
  }

  /** `null` where nothing is limited. */
  #poolOf(domain: string, { group, model, isFast }: LimitedOperation): LimitPool | null {
    if (group === 'none') return null;
    const own = this.domain(domain);
    return group === 'model_group' ? own.poolOfModel(model ?? UNKNOWN_MODEL, isFast) : own.poolOfGroup(group);
  }

  async #exactly(call: Call, estimate: TokenEstimate): Promise<TokenEstimate> {
    const inputTokens = await this.options.countInput?.(call);
    return inputTokens == null ? estimate : { ...estimate, inputTokens };
  }

  #tenantOf(context: CallContext): string {
    const { fairBy } = this.options.settings.queue;
    if (fairBy === undefined) return '';
    if (fairBy === 'user') return context.user ?? '';
    return (typeof fairBy === 'function' ? fairBy(context) : context.tags?.[fairBy.tag]) ?? '';
  }
}

/** An endpoint that takes no more than so many takes fewer when it is overloaded, unless nobody wants that. */
function concurrencyOf(
  adaptive: RateLimitSettings['concurrency'],
  maxConcurrent: number | null,
): Required<AdaptiveConcurrencyOptions> {
  if (maxConcurrent === null) return adaptive === false ? ADAPTIVE_CONCURRENCY_DEFAULTS : adaptive;
  if (adaptive === false) return { min: maxConcurrent, initial: maxConcurrent, max: maxConcurrent };
  const most = (wanted: number): number => Math.min(wanted, maxConcurrent);
  return { min: most(adaptive.min), initial: most(adaptive.initial), max: most(adaptive.max) };
}

/** Whether it may have failed for no other reason than that too much was under way. */
function showsOverload({ meaning: { kind }, code }: FailureSummary): boolean {
  if (kind === 'unreachable') return isConnectTimeoutCode(code);
  return kind === 'overloaded' || kind === 'unavailable' || kind === 'throttled';
}

/** Tiers are paid by the month, in UTC; what else stopped the money may be put right at any time. */
function untilPaid(wallMs: number): number {
  const now = new Date(wallMs);
  return Math.min(SPEND_RECHECK_MS, Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1) - wallMs);
}
