import { undatedModelId } from '../pricing/plain-model-id.js';
import type { ReportedCost, ReportedDay, ReportedUsage } from './admin-reports.js';
import { nanoOfPico, NOTHING_USED, sum, type UsedAmounts } from './used.js';

/** What one model or workspace was billed for in a day. */
export interface BilledUse {
  readonly used: UsedAmounts;
  /** Whether some of it was paid for in advance, so that the report of costs leaves it out. */
  readonly isPrepaid: boolean;
}

/** What one day was billed for. */
export interface BilledDay {
  /** By model, under one name for all of its ids. */
  readonly byModel: ReadonlyMap<string, BilledUse>;
  /** By workspace; `null` is the default one. */
  readonly byWorkspace: ReadonlyMap<string | null, BilledUse>;
  /** Charges for what no answer tells, such as container hours, by what the bill calls them. */
  readonly otherCharges: ReadonlyMap<string, UsedAmounts>;
}

/** What reports say of one day. */
interface DayReports {
  readonly usage: readonly ReportedUsage[];
  readonly costs: readonly ReportedCost[];
}

/**
 * What reports say, day by day.
 *
 * @param concerns Whether a workspace is one whose use is compared.
 */
export function billedDays(
  usage: readonly ReportedDay<ReportedUsage>[],
  costs: readonly ReportedDay<ReportedCost>[],
  concerns: (workspace: string | null) => boolean,
): ReadonlyMap<number, BilledDay> {
  const days = new Map<number, { usage: ReportedUsage[]; costs: ReportedCost[] }>();
  const at = (startsAtMs: number): { usage: ReportedUsage[]; costs: ReportedCost[] } => {
    const day = days.get(startsAtMs) ?? { usage: [], costs: [] };
    days.set(startsAtMs, day);
    return day;
  };
  for (const { startsAtMs, results } of usage)
    at(startsAtMs).usage.push(...results.filter(({ workspace_id: id }) => concerns(id ?? null)));
  for (const { startsAtMs, results } of costs)
    at(startsAtMs).costs.push(...results.filter(({ workspace_id: id }) => concerns(id ?? null)));
  return new Map(Array.from(days, ([startsAtMs, reports]) => [startsAtMs, billedDay(reports)]));
}

/** A day of no reports. */
export const NOTHING_BILLED_DAY: BilledDay = Object.freeze({
  byModel: new Map(),
  byWorkspace: new Map(),
  otherCharges: new Map(),
});

function billedDay({ usage, costs }: DayReports): BilledDay {
  return {
    byModel: usesBy(usage, moneyByModel(usage, costs), modelOf),
    byWorkspace: usesBy(usage, moneyBy(costs.filter(isTold), workspaceOf), workspaceOf),
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

function workspaceOf({ workspace_id: id }: { readonly workspace_id?: string | null | undefined }): string | null {
  return id ?? null;
}

function usesBy<K>(
  usage: readonly ReportedUsage[],
  money: ReadonlyMap<K, bigint>,
  nameOf: (usage: ReportedUsage) => K,
): ReadonlyMap<K, BilledUse> {
  const uses = new Map<K, BilledUse>();
  for (const [name, picoUsd] of money)
    uses.set(name, { used: { ...NOTHING_USED, costNanoUsd: nanoOfPico(picoUsd) }, isPrepaid: false });
  for (const each of usage) {
    const name = nameOf(each);
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

function moneyBy<K>(costs: readonly ReportedCost[], nameOf: (cost: ReportedCost) => K): ReadonlyMap<K, bigint> {
  const money = new Map<K, bigint>();
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
