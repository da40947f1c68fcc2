import type { BudgetMeter } from '../../admission/meter.js';

/**
 * Counts what a budget is charged for message batches whose results nobody has read: it stands in the budget as spent, and
 * is told from what calls left there.
 */
export function openBatchesOf(meter: BudgetMeter): BudgetMeter {
  return { ...meter, key: `${meter.key}/open-batches`, label: `${meter.label}, open batches`, isHard: false };
}
