import type { BudgetOptions } from './budgets/budget.options.js';
import type { LedgerOptions } from './ledger/ledger.options.js';
import type { UsageSink } from './ledger/usage-sink.js';
import type { PricingOptions } from './pricing/pricing.options.js';
import type { ReconciliationOptions } from './reconciliation/reconciliation.options.js';
import type { SavingsOptions } from './savings/savings.options.js';

/** What calls cost, where that is kept, and who is told. */
export interface CostOptions {
  /** Where prices come from. Default: Anthropic's, built in. */
  readonly pricing?: PricingOptions;
  /** Where what was used is kept, and how much of it. */
  readonly ledger?: LedgerOptions;
  /** How much may be spent, by whom, in what time. Default: no bounds. */
  readonly budgets?: readonly BudgetOptions[];
  /** What is taken for granted where the ledger tells what could have been saved. */
  readonly savings?: SavingsOptions;
  /** Who is brought each entry as well, off the path of calls. Default: none. */
  readonly sinks?: readonly UsageSink[];
  /** How the ledger is compared with what Anthropic bills. Default: not at all. */
  readonly reconciliation?: ReconciliationOptions;
}

/** {@link CostOptions} with every default filled in. */
export type CostSettings = Required<Omit<CostOptions, 'reconciliation'>> & {
  /** `null` where it is not compared. */
  readonly reconciliation: ReconciliationOptions | null;
};

export const COST_DEFAULTS: CostSettings = Object.freeze({
  pricing: Object.freeze({}),
  ledger: Object.freeze({}),
  budgets: Object.freeze([]),
  savings: Object.freeze({}),
  sinks: Object.freeze([]),
  reconciliation: null,
});
