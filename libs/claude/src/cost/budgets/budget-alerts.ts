import type { Standing } from '../../admission/meter.js';
import { nanoToUsd } from '../pricing/money.js';
import { spentOf, type BudgetAccount } from './budget-account.js';
import type { BudgetEvent } from './budget.events.js';

/** Tells once that a threshold is crossed; again when less was spent in between. */
export class BudgetAlerts {
  /** How many thresholds of an account were told. An account lasts a stretch. */
  readonly #told = new WeakMap<BudgetAccount, number>();

  constructor(private readonly tell: (event: BudgetEvent) => void) {}

  look(account: BudgetAccount, standing: Standing): void {
    const { alertAt, name } = account.budget;
    const { limit } = standing;
    if (limit <= 0) return;
    const spent = spentOf(standing);
    const crossed = alertAt.filter((share) => spent >= share * limit).length;
    const told = this.#told.get(account) ?? 0;
    if (crossed === told) return;
    this.#told.set(account, crossed);
    for (const threshold of alertAt.slice(told, crossed)) {
      const [spentUsd, limitUsd] = [nanoToUsd(spent), nanoToUsd(limit)];
      this.tell({ type: 'budget-alert', budget: name, who: account.who, threshold, spentUsd, limitUsd });
    }
  }
}
