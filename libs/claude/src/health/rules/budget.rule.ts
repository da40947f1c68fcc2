import { RecentStandings } from '../../admission/recent-standings.js';
import { nameIn, type BudgetAccounts } from '../../cost/budgets/budget-account.js';
import { EACH, type ResolvedBudget } from '../../cost/budgets/budget.options.js';
import type { Budgets } from '../../cost/budgets/budgets.js';
import type { BudgetHealth } from '../health-report.js';

/** How old what a shared store says of budgets may be, in milliseconds. */
const REFRESH_MS = 1_000;

/** Whether budgets are used up that many calls depend on. */
export class BudgetRule {
  readonly #accounts: readonly BudgetAccounts[];
  readonly #standings: RecentStandings;

  constructor(private readonly budgets: Budgets) {
    this.#accounts = budgets.accounts.filter(({ budget }) => concernsService(budget));
    this.#standings = new RecentStandings(() => this.#ask(), budgets.options.clock, REFRESH_MS);
  }

  look(): BudgetHealth {
    if (this.#accounts.length === 0) return { status: 'up', exhausted: [] };
    const standings = this.#standings.look();
    const exhausted = this.#accounts
      .filter((_, index) => (standings[index]?.level ?? Infinity) <= 0)
      .map(({ budget }) => budget.name);
    return { status: exhausted.length > 0 ? 'degraded' : 'up', exhausted };
  }

  #ask(): ReturnType<Budgets['standings']> {
    const wallMs = this.budgets.options.clock.wall();
    return this.budgets.standings(this.#accounts.flatMap((each) => each.known(wallMs)));
  }
}

/** A user or tenant who has spent everything does not make the service ill, and is nobody else's business. */
function concernsService({ mode, scope }: ResolvedBudget): boolean {
  if (mode !== 'hard' || nameIn(scope) === EACH) return false;
  return scope === 'global' || !('user' in scope || 'tag' in scope);
}
