import type { AdaptiveConcurrency } from './adaptive-concurrency.js';
import type { Lease } from './admission-store.js';
import type { Claims, Meter } from './meter.js';
import { QueuedWaiter } from './wait-queue.js';

/** Who asks to be let through, and for how long it may wait. */
export interface WaitRequest {
  readonly claims: Claims;
  readonly rank: 0 | 1 | 2;
  /** Whose turn it takes where tenants take turns; '' for nobody's. */
  readonly tenant: string;
  /** Order of arrival: a call that comes back keeps the number of its first time. */
  readonly arrival: number;
  /** Monotonic milliseconds of its first arrival. */
  readonly sinceMs: number;
  /** Milliseconds it may wait from now on. */
  readonly maxWaitMs: number;
  /** How many calls may be under way where it goes; `null` for any number. */
  readonly places: AdaptiveConcurrency | null;
}

/** Somebody in a line, who gets a lease or an error in the end. */
export class Waiting extends QueuedWaiter {
  /** What it gets in the end; rejects with why not. */
  readonly lease: Promise<Lease>;
  readonly places: AdaptiveConcurrency | null;
  /** Of the same meters, which may come to be described anew while it waits. */
  claims: Claims;
  /** Monotonic milliseconds at which it gives up. */
  readonly untilMs: number;
  grant: (lease: Lease) => void = noop;
  refuse: (error: unknown) => void = noop;

  constructor(request: WaitRequest, nowMs: number) {
    const { rank, tenant, arrival, sinceMs, claims, places } = request;
    super(rank, tenant, arrival, sinceMs, claims.amounts, weightOf(claims));
    this.claims = claims;
    this.places = places;
    this.untilMs = nowMs + request.maxWaitMs;
    this.lease = new Promise((resolve, reject) => {
      this.grant = resolve;
      this.refuse = reject;
    });
  }

  /** Asks the same of meters that are described anew. */
  replaceMeters(meters: readonly Meter[]): void {
    const { meters: before, amounts } = this.claims;
    this.claims = { meters: before.map((meter, index) => meters[index] ?? meter), amounts };
  }

  /** Whether it has neither been let through nor turned away. */
  get isWaiting(): boolean {
    return this.queue !== null;
  }
}

/** Nobody's turn is free, or tenants that come often would always be first. */
const LEAST_WEIGHT = 1e-6;

function noop(): void {
  // Replaced before anybody can call it.
}

/** A turn costs what it takes of the scarcest limit: the largest share of any. Money is not taken in turns. */
function weightOf({ meters, amounts }: Claims): number {
  let weight = LEAST_WEIGHT;
  for (const [index, { kind, limit }] of meters.entries()) {
    if (kind !== 'budget') weight = Math.max(weight, (amounts[index] ?? 0) / limit);
  }
  return weight;
}
