import type { AdmissionStore, Observation } from './admission-store.js';
import { offPath } from './lease-keeper.js';

/** Names of budgets may come from users, so there is an end to those that are remembered. */
const MAX_METERS = 10_000;

/** What was spent of budgets while their store did not answer, to be told once it does. */
export class MissedSpending {
  readonly #byMeter = new Map<string, Observation>();

  add(observations: readonly Observation[]): void {
    for (const { meter, spent } of observations) {
      const before = this.#byMeter.get(meter.key)?.spent?.amount ?? 0;
      if (before === 0 && this.#byMeter.size >= MAX_METERS) continue;
      this.#byMeter.set(meter.key, { meter, spent: { amount: before + (spent?.amount ?? 0), agoMs: 0 } });
    }
  }

  /** Tells the store, once: whether it took note of what it then fails at nobody can know. */
  tell(store: AdmissionStore): void {
    if (this.#byMeter.size === 0) return;
    const all = [...this.#byMeter.values()];
    this.#byMeter.clear();
    offPath(() => store.observe(all));
  }
}
