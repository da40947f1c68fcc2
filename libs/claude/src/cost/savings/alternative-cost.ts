import type { Cost, PriceUsage } from '../../call/cost.js';
import type { ModelUse } from './alternatives.js';

/** What work would have cost in whole nano-dollars; `null` where its price is not known. */
export function nanoUsdOf(costOf: PriceUsage, { model, usage }: ModelUse, atMs: number): number | null {
  try {
    const cost = costOf(model, usage, atMs);
    return isPriced(cost) ? cost.nanoUsd : null;
  } catch {
    // What was used could be billed, and this could not: a call is booked whatever could have been saved.
    return null;
  }
}

/** Whether a price of its model is known. */
export function isPriced({ unpriced }: Cost): boolean {
  return !unpriced.some(({ reason }) => reason === 'model');
}
