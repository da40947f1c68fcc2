import { undatedModelId } from '../pricing/plain-model-id.js';
import type { ReportedCost, ReportedDay, ReportedUsage } from './admin-reports.js';
import { nanoOfPico, NOTHING_USED, sum, type UsedAmounts } from './used.js';
import type { WorkspaceName, Workspaces } from './workspaces.js';

/** What one model was billed for in a day. */
export interface BilledUse {
  readonly used: UsedAmounts;
  /** Whether some of it was paid for in advance, so that the report of costs leaves it out. */
  readonly isPrepaid: boolean;
}

/** What one workspace was billed for in a day. */
export interface BilledWorkspace {
  /** By model, under one name for all of its ids. */
  readonly byModel: ReadonlyMap<string, BilledUse>;
  /** Charges for what no answer tells, such as container hours, by what the bill calls them. */
  readonly otherCharges: ReadonlyMap<string, UsedAmounts>;
}

/** What one day was billed for. */
export type BilledDay = ReadonlyMap<WorkspaceName, BilledWorkspace>;

/** What reports say of one workspace on one day. */
interface Reported {
  readonly usage: ReportedUsage[];
  readonly costs: ReportedCost[];
}

/** What reports say of the workspaces that are compared, day by day. */
export function billedDays(
  usage: readonly ReportedDay<ReportedUsage>[],
  costs: readonly ReportedDay<ReportedCost>[],
  { billed }: Workspaces,
): ReadonlyMap<number, BilledDay> {
  const days = new Map<number, Map<WorkspaceName, Reported>>();
  const reportedFor = (
    startsAtMs: number,
    { workspace_id: id }: ReportedUsage | ReportedCost,
  ): Reported | undefined => {
    const workspace = billed(id ?? null);
    if (workspace === undefined) return undefined;
    const day = days.get(startsAtMs) ?? new Map<WorkspaceName, Reported>();
    days.set(startsAtMs, day);
    const reported = day.get(workspace) ?? { usage: [], costs: [] };
    day.set(workspace, reported);
    return reported;
  };
  for (const { startsAtMs, results } of usage)
    for (const result of results) reportedFor(startsAtMs, result)?.usage.push(result);
  for (const { startsAtMs, results } of costs)
    for (const result of results) reportedFor(startsAtMs, result)?.costs.push(result);
  return new Map(
    Array.from(days, ([startsAtMs, day]) => [
      startsAtMs,
      new Map(Array.from(day, ([workspace, reported]) => [workspace, billedWorkspace(reported)])),
    ]),
  );
}

function billedWorkspace({ usage, costs }: Reported): BilledWorkspace {
  return {
    byModel: usesByModel(usage, moneyByModel(usage, costs)),
    otherCharges: new Map(
      Array.from(
        moneyBy(
          costs.filter((cost) => !isTold(cost)),
          ({ description, cost_type: type }) => description ?? type ?? 'unknown',
        ),
        ([name, picoUsd]) => [name, { ...NOTHING_USED, costNanoUsd: nanoOfPico(picoUsd) }],
      ),
    ),
  };
}

/** What answers tell of, and a ledger can know. */
function isTold({ cost_type: type }: ReportedCost): boolean {
  return type === 'tokens' || type === 'web_search';
}

function modelOf({ model }: { readonly model?: string | null | undefined }): string {
  return model ? undatedModelId(model) : '';
}

function usesByModel(
  usage: readonly ReportedUsage[],
  money: ReadonlyMap<string, bigint>,
): ReadonlyMap<string, BilledUse> {
  const uses = new Map<string, BilledUse>();
  for (const [name, picoUsd] of money)
    uses.set(name, { used: { ...NOTHING_USED, costNanoUsd: nanoOfPico(picoUsd) }, isPrepaid: false });
  for (const each of usage) {
    const name = modelOf(each);
    const known = uses.get(name) ?? { used: NOTHING_USED, isPrepaid: false };
    uses.set(name, {
      used: sum(known.used, tokensOf(each)),
      isPrepaid: known.isPrepaid || each.service_tier === 'priority',
    });
  }
  return uses;
}

function tokensOf(usage: ReportedUsage): UsedAmounts {
  const { ephemeral_5m_input_tokens: short = 0, ephemeral_1h_input_tokens: long = 0 } = usage.cache_creation ?? {};
  return {
    inputTokens: usage.uncached_input_tokens,
    cacheReadTokens: usage.cache_read_input_tokens,
    cacheWriteTokens: short + long,
    outputTokens: usage.output_tokens,
    webSearchRequests: usage.server_tool_use?.web_search_requests ?? 0,
    costNanoUsd: 0,
  };
}

function moneyBy(costs: readonly ReportedCost[], nameOf: (cost: ReportedCost) => string): ReadonlyMap<string, bigint> {
  const money = new Map<string, bigint>();
  for (const cost of costs) money.set(nameOf(cost), (money.get(nameOf(cost)) ?? 0n) + cost.amount);
  return money;
}

/** Searches are billed without a model: each model's are as dear as those of the others. */
function moneyByModel(usage: readonly ReportedUsage[], costs: readonly ReportedCost[]): ReadonlyMap<string, bigint> {
  const money = new Map(
    moneyBy(
      costs.filter(({ cost_type: type }) => type === 'tokens'),
      modelOf,
    ),
  );
  const searched = costs.filter(({ cost_type: type }) => type === 'web_search');
  const fee = searched.reduce((total, { amount }) => total + amount, 0n);
  const searches = usage.map(
    (each) => [modelOf(each), BigInt(each.server_tool_use?.web_search_requests ?? 0)] as const,
  );
  const all = searches.reduce((total, [, count]) => total + count, 0n);
  if (all === 0n && fee !== 0n) money.set('', (money.get('') ?? 0n) + fee);
  for (const [model, count] of searches)
    if (count > 0n) money.set(model, (money.get(model) ?? 0n) + (fee * count) / all);
  return money;
}
