import type { BilledUse } from './bill.js';
import type { DifferenceKind } from './difference.js';
import { combined, NOTHING_USED, TOKEN_KINDS, type BookedAmounts, type UsedAmounts } from './used.js';

/** Where ledger and bill differ, and why. */
export interface Comparison {
  readonly kind: DifferenceKind;
  readonly ledger: UsedAmounts;
  readonly bill: UsedAmounts;
  /** What the bill has more. */
  readonly difference: UsedAmounts;
}

/** Ledger and bill of one name on one day; `null` where they agree. The day's money is compared to the nano-dollar. */
export function compare(booked: BookedAmounts, billed: BilledUse, isKept: boolean): Comparison | null {
  const ledger = amountsOf(booked);
  const bill = billed.used;
  const difference = combined(bill, ledger, (there, here) => there - here);
  // The ledger rounds each request, the bill their sum.
  const roundedNanoUsd = Math.ceil((booked.requests + 1) / 2);
  if (tokensAgree(difference) && Math.abs(difference.costNanoUsd) <= roundedNanoUsd) return null;
  return { kind: isKept ? kindOf(booked, billed, difference) : 'not-kept', ledger, bill, difference };
}

function kindOf(booked: BookedAmounts, billed: BilledUse, difference: UsedAmounts): DifferenceKind {
  if (tokensAgree(difference)) {
    if (billed.isPrepaid) return 'prepaid';
    return booked.unpricedRequests > 0 ? 'unpriced' : 'price';
  }
  if (booked.estimatedNanoUsd > 0 && isEstimate(difference, booked.estimatedNanoUsd)) return 'estimated';
  const signs = new Set(TOKEN_KINDS.map((kind) => Math.sign(difference[kind])));
  if (!signs.has(-1)) return 'missing-here';
  return signs.has(1) ? 'mixed' : 'missing-there';
}

/** What a call that broke off had answered is never known exactly; what it had been asked is, once it began to answer. */
function isEstimate(difference: UsedAmounts, estimatedNanoUsd: number): boolean {
  const isOutputAlone = TOKEN_KINDS.every((kind) => kind === 'outputTokens' || difference[kind] === 0);
  return isOutputAlone || Math.abs(difference.costNanoUsd) <= estimatedNanoUsd;
}

export function tokensAgree(difference: UsedAmounts): boolean {
  return TOKEN_KINDS.every((kind) => difference[kind] === 0);
}

/** Whether what is missing of one day is what is too much of another, token for token. */
export function cancelOut(one: UsedAmounts, other: UsedAmounts): boolean {
  return !tokensAgree(one) && TOKEN_KINDS.every((kind) => one[kind] + other[kind] === 0);
}

function amountsOf(booked: BookedAmounts): UsedAmounts {
  return combined(NOTHING_USED, { ...NOTHING_USED, ...booked }, (_, amount) => amount);
}
