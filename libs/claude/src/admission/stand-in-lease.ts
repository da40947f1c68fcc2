import type { AdmissionStore, Awaitable, Lease, Observation } from './admission-store.js';
import type { Claims } from './meter.js';

/** What was used of each claim, in their order; `null` for one that stays held. */
type Used = readonly (number | null)[];

/**
 * Stands for the lease that a store has not given in time. Once that comes, the store learns of it all that was settled
 * meanwhile, as if it had been on time.
 */
export class StandInLease implements Lease {
  readonly granted = true;
  #real: Lease | null = null;
  #isLost = false;
  #untold: Used[] = [];

  constructor(readonly claims: Claims) {}

  /** The store's own lease; `null` as long as it has not come. */
  get real(): Lease | null {
    return this.#real;
  }

  settle(store: AdmissionStore, used: Used): Awaitable<void> {
    if (this.#real !== null) return store.settle(this.#real, used);
    this.#untold.push(used);
    return undefined;
  }

  /** The lease has come, late. */
  async adopt(store: AdmissionStore, lease: Lease): Promise<void> {
    this.#real = lease;
    for (const used of this.#untold.splice(0)) await store.settle(lease, used);
  }

  /** The lease will never come. */
  giveUp(): void {
    this.#isLost = true;
  }

  /** Of a lease that never comes: what was spent of budgets since this was last asked. */
  takeSpent(): readonly Observation[] {
    if (!this.#isLost) return [];
    const settled = this.#untold.splice(0);
    return this.claims.meters.flatMap((meter, index) => {
      const amount = settled.map((used) => used[index] ?? null).find((each) => each !== null) ?? 0;
      return meter.kind === 'budget' && amount > 0 ? [{ meter, spent: { amount, agoMs: 0 } }] : [];
    });
  }
}
