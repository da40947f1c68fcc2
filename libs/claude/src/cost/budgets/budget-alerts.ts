import type { Standing } from '../../admission/meter.js';
import type { Clock } from '../../call/clock.js';
import { nanoToUsd } from '../pricing/money.js';
import { spentOf, type BudgetAccount } from './budget-account.js';
import type { BudgetEvent } from './budget.events.js';

/** How long it may take, in a budget that others spend of too, until it shows here what they have spent. */
const LOOK_EVERY_MS = 1_000;

/** What is known of an account since it was looked at. */
interface Watch {
  /** How many of its thresholds were told. */
  told: number;
  /** Nano-dollars that can be spent here before the next one can be crossed. */
  leftNanoUsd: number;
  lookedAtMs: number;
}

/** Tells once that a threshold is crossed; again when less was spent in between. */
export class BudgetAlerts {
  /** An account lasts a stretch. */
  readonly #watches = new WeakMap<BudgetAccount, Watch>();

  constructor(
    private readonly clock: Clock,
    private readonly tell: (event: BudgetEvent) => void,
  ) {}

  /** Whether an account has to be looked at, now that so much more was spent of it: most calls are far from any threshold. */
  isDue(account: BudgetAccount, spentNanoUsd: number): boolean {
    if (account.budget.alertAt.length === 0) return false;
    const watch = this.#watches.get(account);
    if (watch === undefined) return true;
    watch.leftNanoUsd -= spentNanoUsd;
    return watch.leftNanoUsd <= 0 || this.clock.now() - watch.lookedAtMs >= LOOK_EVERY_MS;
  }

  look(account: BudgetAccount, standing: Standing): void {
    const { alertAt, name } = account.budget;
    const { limit } = standing;
    if (limit <= 0) return;
    const spent = spentOf(standing);
    const crossed = alertAt.filter((share) => spent >= share * limit).length;
    const told = this.#watches.get(account)?.told ?? 0;
    const next = alertAt[crossed];
    // An endless rest would be none any more once an endless amount is taken of it.
    const leftNanoUsd = next === undefined ? Number.MAX_VALUE : next * limit - spent;
    this.#watches.set(account, { told: crossed, leftNanoUsd, lookedAtMs: this.clock.now() });
    for (const threshold of alertAt.slice(told, crossed)) {
      const [spentUsd, limitUsd] = [nanoToUsd(spent), nanoToUsd(limit)];
      this.tell({ type: 'budget-alert', budget: name, who: account.who, threshold, spentUsd, limitUsd });
    }
  }
}
