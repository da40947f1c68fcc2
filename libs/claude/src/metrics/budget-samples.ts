import type { Standing } from '../admission/meter.js';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { spentOf } from '../cost/budgets/budget-account.js';
import { nanoToUsd } from '../cost/pricing/money.js';
import type { Labels, Sample } from './fed-metric.js';

/** Of a budget that each has one of, those looked at: the ones that paid last. */
const MAX_ACCOUNTS = 1_000;

/** One account of a budget. */
export type LabelledAccount = readonly [labels: Labels, standing: Standing];

/** How budgets stand, in one look at the store. Whose an account is shows in no label. */
export async function readBudgets({ budgets, clock }: ClaudeRuntime, common: Labels): Promise<LabelledAccount[]> {
  const wallMs = clock.wall();
  const accounts = budgets.accounts.flatMap((each) => each.known(wallMs).slice(-MAX_ACCOUNTS));
  if (accounts.length === 0) return [];
  const standings = await budgets.standings(accounts);
  return standings.map((standing, index) => [{ ...common, budget: accounts[index]?.budget.name ?? '' }, standing]);
}

export function budgetsRemaining(accounts: readonly LabelledAccount[]): readonly Sample[] {
  return accounts.map(([labels, { level }]) => [labels, nanoToUsd(level)]);
}

export function budgetsReserved(accounts: readonly LabelledAccount[]): readonly Sample[] {
  return accounts.map(([labels, { outstanding }]) => [labels, nanoToUsd(outstanding)]);
}

/** A budget of nothing is used up from the start. */
export function budgetsUsed(accounts: readonly LabelledAccount[]): readonly Sample[] {
  return accounts.map(([labels, standing]) => [labels, standing.limit > 0 ? spentOf(standing) / standing.limit : 1]);
}
