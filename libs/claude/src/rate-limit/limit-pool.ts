import type { AdmissionStore, Awaitable, Lease } from '../admission/admission-store.js';
import { offPath } from '../admission/lease-keeper.js';
import type { Claims, ClosedBy, Meter, RateMeter, SlotMeter, Standing } from '../admission/meter.js';
import { isPending, Turnstile } from '../admission/turnstile.js';
import { UsedShares } from '../admission/used-shares.js';
import { WaitingLine } from '../admission/waiting-line.js';
import type { Clock } from '../call/clock.js';
import { OutlookOnLimits, type PoolOutlook } from './pool-outlook.js';
import type { PoolMeters } from './pool-meters.js';
import type { QueueSettings } from './rate-limit.options.js';

/** Where each claim of an attempt stands among its claims. */
export const DIMENSION = { slots: 0, requests: 1, inputTokens: 2, outputTokens: 3, tokens: 4 } as const;

/** What a request asks of the limits, or has used of them. */
export interface LimitAmounts {
  /** Default 1. */
  readonly requests?: number;
  /** Uncached input and cache writes. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Limits of a model class; of other operations only requests are counted. */
export type OwnMeters = PoolMeters | { readonly requests: RateMeter };

/** What a pool is made of. */
export interface LimitPoolOptions {
  readonly domain: string;
  /** The model class, or the API's limit group of other operations. */
  readonly name: string;
  readonly slots: SlotMeter;
  readonly meters: OwnMeters;
  readonly store: AdmissionStore;
  readonly clock: Clock;
  readonly queue: QueueSettings;
}

/** The limits that calls of one model class share in one limit domain, and the line before them. */
export class LimitPool {
  readonly line: WaitingLine;
  readonly #outlook: OutlookOnLimits;
  #meters: readonly Meter[];

  constructor(readonly options: LimitPoolOptions) {
    const { slots, meters, store, clock, queue } = options;
    this.#meters = metersOf(slots, meters);
    this.#outlook = new OutlookOnLimits(() => this.standing(), clock);
    const dimensions = this.#meters.length;
    this.line = new WaitingLine({
      turnstile: new Turnstile(store),
      clock,
      maxLength: queue.maxLength,
      agingMs: queue.agingMs,
      fair: queue.fairBy !== undefined,
      dimensions,
      shares: new UsedShares(dimensions),
    });
  }

  get domain(): string {
    return this.options.domain;
  }

  get name(): string {
    return this.options.name;
  }

  /** What its claims are of, in their order. */
  get meters(): readonly Meter[] {
    return this.#meters;
  }

  /** Whether it limits tokens too. */
  get countsTokens(): boolean {
    return this.#meters.length > DIMENSION.inputTokens;
  }

  claims({ requests = 1, inputTokens, outputTokens }: LimitAmounts): Claims {
    const amounts = this.countsTokens
      ? [1, requests, inputTokens, outputTokens, inputTokens + outputTokens]
      : [1, requests];
    return { meters: this.#meters, amounts };
  }

  /** What was used, claim by claim. */
  used({ requests = 1, inputTokens, outputTokens }: LimitAmounts): readonly number[] {
    return this.countsTokens ? [0, requests, inputTokens, outputTokens, inputTokens + outputTokens] : [0, requests];
  }

  /** Describes its limits anew; those who wait are served by the new ones. */
  replaceMeters(meters: OwnMeters): void {
    this.#meters = metersOf(this.options.slots, meters);
    this.line.replaceMeters(this.#meters);
  }

  standing(): Awaitable<readonly Standing[]> {
    return this.options.store.standing(this.#meters);
  }

  /** How they look to a call that is not made yet. */
  outlook(): PoolOutlook {
    return this.#outlook.look(this.line.length);
  }

  /** Whether a call that asks for so much, an amount for each claim, would be let through at once. */
  hasRoomFor(amounts: readonly number[]): boolean {
    return this.#outlook.hasRoomFor(amounts, this.line.length);
  }

  /** Counts what was used without having been asked for. */
  charge(dimension: number, amount: number): void {
    const meter = this.#meters[dimension];
    if (meter === undefined || amount <= 0) return;
    const { store } = this.options;
    const settle = (lease: Lease): Awaitable<void> => store.settle(lease, [amount]);
    offPath(() => {
      const lease = store.acquire(
        { meters: [meter], amounts: [amount] },
        { leaseMs: 1_000, force: true },
      ) as Awaitable<Lease>;
      return isPending(lease) ? lease.then(settle) : settle(lease);
    });
  }

  /** Lets nobody through for a while, or everybody again. */
  close(forMs: number, by: ClosedBy): Awaitable<void> {
    return closeMeter(this.options.store, this.#meters[DIMENSION.requests], forMs, by);
  }
}

/** Closes a meter for a while, or opens it. */
export function closeMeter(
  store: AdmissionStore,
  meter: Meter | undefined,
  forMs: number,
  by: ClosedBy,
): Awaitable<void> {
  return meter === undefined ? undefined : store.observe([{ meter, closed: { forMs, by } }]);
}

function metersOf(slots: SlotMeter, meters: OwnMeters): readonly Meter[] {
  if (!('tokens' in meters)) return [slots, meters.requests];
  return [slots, meters.requests, meters.inputTokens, meters.outputTokens, meters.tokens];
}
