import type { Lease } from './admission-store.js';
import type { Claims } from './meter.js';

/** What was used of each claim, in their order; `null` for one that stays held. */
export type Used = readonly (number | null)[];

/**
 * Stands for the lease that a store has not given in time. Once that comes, the store learns of it all that was settled
 * meanwhile, as if it had been on time.
 */
export class StandInLease implements Lease {
  readonly granted = true;
  /** The store's own lease; `null` as long as it has not come. */
  real: Lease | null = null;
  /** Whether the store's answer may still come. */
  isAwaited: boolean;
  #used: Used;
  #isTaken = false;

  /**
   * @param id What the store was asked for it by; `null` where it was not asked.
   * @param share What was claimed of this replica's share of the limits instead; `null` where those are not kept.
   */
  constructor(
    readonly claims: Claims,
    readonly id: string | null,
    readonly share: Lease | null,
  ) {
    this.isAwaited = id !== null;
    this.#used = claims.amounts.map(() => null);
  }

  /** What was used so far. */
  get used(): Used {
    return this.#used;
  }

  settle(used: Used): void {
    this.#used = mergeUsed(this.#used, used);
  }

  /** What was used, once all of it is known and the store's lease will never come; `null` before, and after that. */
  takeLost(): readonly number[] | null {
    if (this.real !== null || this.isAwaited || this.#isTaken || !isWhole(this.#used)) return null;
    this.#isTaken = true;
    return this.#used;
  }
}

/** The lease that a store itself knows; `null` as long as there is none. */
export function realOf(lease: Lease): Lease | null {
  return lease instanceof StandInLease ? lease.real : lease;
}

function isWhole(used: Used): used is readonly number[] {
  return used.every((amount) => amount !== null);
}

/** Settlements of one lease together: what was settled first counts. */
export function mergeUsed(before: Used, used: Used): Used {
  return before.map((amount, index) => amount ?? used[index] ?? null);
}
