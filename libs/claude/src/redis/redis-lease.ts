import type { Lease } from '../admission/admission-store.js';
import type { Claims, Meter } from '../admission/meter.js';
import type { Group } from './groups.js';

/** The claims of a lease that one server decided about. */
export interface LeasePart {
  readonly group: Group;
  /** The lease as that server knows it. */
  readonly leaseText: string;
  /** All that was ever granted of each meter by then; `null` where that is not known. */
  readonly totals: readonly (number | null)[];
}

/** Claims that a server, or several, granted together. */
export class RedisLease implements Lease {
  readonly granted = true;
  /** Claims of which the server has said that they are settled. */
  readonly #settled: boolean[];

  constructor(
    readonly claims: Claims,
    readonly id: string,
    readonly parts: readonly LeasePart[],
    /** The store it came from. */
    readonly owner: object,
  ) {
    this.#settled = claims.amounts.map(() => false);
  }

  isSettled(index: number): boolean {
    return this.#settled[index] === true;
  }

  markSettled(indexes: readonly number[]): void {
    for (const index of indexes) this.#settled[index] = true;
  }

  /** All that a meter had ever granted when these claims were granted; `null` where that is not known. */
  grantedOf({ key }: Meter): number | null {
    for (const { group, totals } of this.parts) {
      const place = group.indexes.findLastIndex((index) => this.claims.meters[index]?.key === key);
      if (place >= 0) return totals[place] ?? null;
    }
    return null;
  }
}
