import { nameIn, type BudgetAccount } from '../budgets/budget-account.js';
import { EACH, type BudgetScope } from '../budgets/budget.options.js';
import type { Moments, UsageLedger } from '../ledger/usage-ledger.js';
import type { UsageShare, UsageSummary } from '../ledger/usage-summary.js';
import { OTHER } from '../ledger/usage-table.js';
import { undatedModelId } from '../pricing/plain-model-id.js';

/**
 * What a ledger has of those whom a budget pays for, in whole nano-dollars.
 *
 * @returns `null` where it cannot tell: it does not reach so far back, or holds too many names to tell them apart.
 */
export async function bookedFor(
  ledger: UsageLedger,
  { budget: { scope }, who }: BudgetAccount,
  moments: Moments,
): Promise<number | null> {
  const summary = await ledger.summarize(moments);
  if (Date.parse(summary.period.from) > moments.fromMs) return null;
  if (scope === 'global') return summary.totalCostNanoUsd;
  const shares = sharesFor(scope, summary);
  if (shares.some(({ name }) => name === OTHER)) return null;
  const isTheirs = nameOf(scope, who);
  return shares.filter(isTheirs).reduce((total, { totalCostNanoUsd }) => total + totalCostNanoUsd, 0);
}

type OwnScope = Exclude<BudgetScope, 'global'>;

function sharesFor(
  scope: OwnScope,
  { byModel, byUser, byTag, byEndpoint, byRequestType }: UsageSummary,
): readonly UsageShare[] {
  if ('tag' in scope) return byTag;
  if ('model' in scope) return byModel;
  if ('user' in scope) return byUser;
  return 'key' in scope ? byEndpoint : byRequestType;
}

function nameOf(scope: OwnScope, who: string): (share: UsageShare) => boolean {
  const wanted = nameIn(scope) === EACH ? who : nameIn(scope);
  if ('tag' in scope) return ({ name }) => name === `${scope.tag}=${wanted}`;
  if ('model' in scope) return ({ name }) => undatedModelId(name) === wanted;
  return ({ name }) => name === wanted;
}
