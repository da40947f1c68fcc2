import type { UsedAmounts } from './used.js';

/**
 * Why ledger and bill differ, as far as it can be told:
 * - `lapsed`: the bill has more, and reservations that lapsed account for it: a process ended before it could book its calls;
 * - `missing-here`: the bill has more, and nothing here says why: another client of these workspaces, or a process that ended;
 * - `missing-there`: the ledger has more: use that went elsewhere (another organization, a cloud), or late reports;
 * - `estimated`: calls broke off, and what they used was booked as an estimate;
 * - `unpriced`: tokens agree, and the ledger knows no price of the model;
 * - `price`: tokens agree, and money does not: a discount, or prices that are out of date;
 * - `prepaid`: the priority tier, which was paid for in advance: the report of costs leaves it out;
 * - `day-boundary`: the same use is on the next day or the one before;
 * - `other-charges`: charged for what no answer tells, such as container hours of code execution;
 * - `not-kept`: the ledger no longer has the day;
 * - `mixed`: some kinds of token are more here, others there.
 */
export type DifferenceKind =
  | 'lapsed'
  | 'missing-here'
  | 'missing-there'
  | 'estimated'
  | 'unpriced'
  | 'price'
  | 'prepaid'
  | 'day-boundary'
  | 'other-charges'
  | 'not-kept'
  | 'mixed';

/** What differs: use of a model, or what no model is charged for. */
export type DifferenceBy = 'model' | 'charge';

/** One day of one model in one workspace on which ledger and bill differ. */
export interface ReconciliationDifference {
  /** The day of UTC, e.g. `2026-11-01`. */
  readonly day: string;
  readonly by: DifferenceBy;
  /** Id of the model without its date, '' where there is none; or what the bill calls the charge. */
  readonly name: string;
  /** Id of the workspace; '' of the default one, which has none; `null` where `workspaces` does not tell them apart. */
  readonly workspace: string | null;
  readonly kind: DifferenceKind;
  readonly ledger: UsedAmounts;
  readonly bill: UsedAmounts;
  /** What the bill has more than the ledger. */
  readonly difference: UsedAmounts;
  readonly isWithinTolerance: boolean;
  /** Whether the day's reports may still grow, so that it does not count yet. */
  readonly isOpen: boolean;
}
