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

/** Whoever is told what a wait ended with: one of the two, once. */
export interface WaitOutcome {
  granted(lease: Lease): void;
  refused(error: unknown): void;
}

/**
 * Somebody in a line, who gets a lease or an error in the end. There may be tens of thousands, so that each of them is one
 * small object: what it holds is what the collector copies. Its times are whole milliseconds, which need no object of their own.
 */
export class Waiting extends QueuedWaiter {
  readonly places: AdaptiveConcurrency | null;
  /** Of the same meters, which may come to be described anew while it waits. */
  claims: Claims;
  /** Monotonic milliseconds at which it gives up: never before its time. */
  readonly untilMs: number;
  #outcome: WaitOutcome | null;

  constructor(
    { rank, tenant, arrival, sinceMs, claims, places, maxWaitMs }: WaitRequest,
    outcome: WaitOutcome,
    nowMs: number,
  ) {
    super(rank, tenant, arrival, sinceMs);
    this.claims = claims;
    this.places = places;
    this.untilMs = Math.ceil(nowMs + maxWaitMs);
    this.#outcome = outcome;
  }

  get amounts(): readonly number[] {
    return this.claims.amounts;
  }

  /** A turn costs what it takes of the scarcest limit: the largest share of any. Money is not taken in turns. */
  get weight(): number {
    const { meters, amounts } = this.claims;
    let weight = LEAST_WEIGHT;
    for (const [index, { kind, limit }] of meters.entries()) {
      if (kind !== 'budget') weight = Math.max(weight, (amounts[index] ?? 0) / limit);
    }
    return weight;
  }

  /** Whether it has neither been let through nor turned away. */
  get isWaiting(): boolean {
    return this.queue !== null;
  }

  grant(lease: Lease): void {
    this.#over()?.granted(lease);
  }

  refuse(error: unknown): void {
    this.#over()?.refused(error);
  }

  /** Asks the same of meters that are described anew. */
  replaceMeters(meters: readonly Meter[]): void {
    const { meters: before, amounts } = this.claims;
    this.claims = { meters: before.map((meter, index) => meters[index] ?? meter), amounts };
  }

  /** Lets go of whom it tells: a line may come across it for a while after its wait is over. */
  #over(): WaitOutcome | null {
    const outcome = this.#outcome;
    this.#outcome = null;
    return outcome;
  }
}

/** Nobody's turn is free, or tenants that come often would always be first. */
const LEAST_WEIGHT = 1e-6;
