import type { ReconciliationDifference } from './difference.js';
import type { BudgetCorrection } from './lapsed-reservations.js';
import type { UsedAmounts } from './used.js';

/** How the ledger compares with what Anthropic bills. Plain data. */
export interface ReconciliationReport {
  /** The days of UTC that were compared, whole: `to` is the first that was not. */
  readonly period: { readonly from: string; readonly to: string };
  /** Days among them whose reports may still grow: their differences are told, and do not count. */
  readonly openDays: readonly string[];
  /** All that is in the ledger, and all that was billed of what it can know. */
  readonly ledger: UsedAmounts;
  readonly bill: UsedAmounts;
  /** By day, model and workspace. */
  readonly differences: readonly ReconciliationDifference[];
  /** Whether no difference of a day that is over for good is beyond the tolerance. */
  readonly isBalanced: boolean;
  /** What lapsed reservations stand in budgets at, and what they were lowered to; empty without budgets. */
  readonly corrections: readonly BudgetCorrection[];
}
