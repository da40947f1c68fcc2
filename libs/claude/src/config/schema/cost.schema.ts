import { z } from 'zod';
import type { CostOptions } from '../../cost/cost.options.js';
import { budgetContradictions, budgets } from './cost-budgets.schema.js';
import { ledger, ledgerContradictions, sinkContradictions, sinks } from './cost-ledger.schema.js';
import { pricing, pricingContradictions } from './cost-prices.schema.js';
import { reconciliation, reconciliationContradictions, untoldWorkspaces } from './cost-reconciliation.schema.js';
import { savings } from './cost-savings.schema.js';

export const cost = z.strictObject({ pricing, ledger, budgets, savings, sinks, reconciliation }).partial();

/** Options of `cost` that are fine by themselves and cannot hold together, or would do nothing. */
export function costContradictions(
  {
    pricing: prices = {},
    ledger: kept = {},
    budgets: bounds = [],
    sinks: given = [],
    reconciliation: bill,
  }: CostOptions,
  endpoints: readonly string[],
): string[] {
  return [
    ...pricingContradictions('cost.pricing', prices),
    ...ledgerContradictions('cost.ledger', kept),
    ...budgetContradictions('cost.budgets', bounds, endpoints),
    ...sinkContradictions('cost.sinks', given),
    ...(bill ? reconciliationContradictions('cost.reconciliation', bill, endpoints) : []),
    ...(bill ? untoldWorkspaces('cost.reconciliation', bill, kept) : []),
  ];
}
