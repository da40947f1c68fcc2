import { nanoToUsd } from '../pricing/money.js';
import type { SavingsSums } from '../savings/savings-tally.js';
import type { UsageBucket } from './usage-bucket.js';
import { ALL, DIMENSIONS, type Dimension } from './usage-bucket.js';
import type { Column } from './usage-table.js';

/** How finely time is told apart. */
export type Resolution = 'minute' | 'hour' | 'day';

/** What was used, added up. */
export interface UsageSums {
  /** Calls, those included that used nothing because they failed, or were refused. */
  readonly requests: number;
  /** Calls that used something. */
  readonly billedRequests: number;
  /** Calls of models whose price is not known, so that a cost is missing. */
  readonly unpricedRequests: number;
  readonly totalCostUsd: number;
  /** The same, exact: whole nano-dollars (10^-9 USD). */
  readonly totalCostNanoUsd: number;
  /** How much of the cost is an estimate, as the API never told the final usage. */
  readonly estimatedCostUsd: number;
  /** What a call that used something cost on average; 0 without any. */
  readonly averageCostUsd: number;
  /** Input read fresh, neither from the cache nor into it. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly webSearchRequests: number;
}

/** The sums of one model, user, tag, kind of work or endpoint. */
export interface UsageShare extends UsageSums {
  /** A tag is `name=value`. What calls did not name is empty; names beyond the ledger's bounds are together in `other`. */
  readonly name: string;
}

/** What was used in a stretch of time. */
export interface UsageSummary extends UsageSums {
  /** What is really covered: whole minutes, hours or days, and no more than the ledger keeps. */
  readonly period: { readonly from: string; readonly to: string; readonly resolution: Resolution };
  /** A call that asked several models is a request of each; its tokens and cost are told apart. Dearest first. */
  readonly byModel: readonly UsageShare[];
  readonly byUser: readonly UsageShare[];
  /** A call with several tags is in the share of each. */
  readonly byTag: readonly UsageShare[];
  readonly byRequestType: readonly UsageShare[];
  readonly byEndpoint: readonly UsageShare[];
  /** The sums of `savingsNanoUsd` of its entries. `getSavings()` tells what they mean. */
  readonly savings: SavingsSums;
}

/** The shares of one dimension, dearest first. */
function sharesOf(bucket: UsageBucket, dimension: Dimension): readonly UsageShare[] {
  const table = bucket.by(dimension);
  return dearestFirst(Array.from(table.names, (name) => ({ name, ...usageSums((column) => table.sum(name, column)) })));
}

/** The summary of a bucket. */
export function summaryOf(bucket: UsageBucket, period: UsageSummary['period']): UsageSummary {
  const sums = usageSums((column) => bucket.all.sum(ALL, column));
  const shares = Object.fromEntries(
    DIMENSIONS.map((dimension) => [SHARES[dimension], sharesOf(bucket, dimension)]),
  ) as UsageShares;
  return { period, ...sums, ...shares, savings: bucket.savings.sums };
}

/** The shares of a summary, by the name they have in it. */
export type UsageShares = Pick<UsageSummary, (typeof SHARES)[Dimension]>;

/** What the shares of a dimension are called in a summary. */
export const SHARES = {
  model: 'byModel',
  user: 'byUser',
  tag: 'byTag',
  requestType: 'byRequestType',
  endpoint: 'byEndpoint',
} as const satisfies Readonly<Record<Dimension, keyof UsageSummary>>;

/** Shares in the order of every summary. */
export function dearestFirst(shares: readonly UsageShare[]): readonly UsageShare[] {
  return shares.toSorted((a, b) => b.totalCostNanoUsd - a.totalCostNanoUsd || (a.name < b.name ? -1 : 1));
}

/** @param sum What each column adds up to. */
export function usageSums(sum: (column: Column) => number): UsageSums {
  const totalCostNanoUsd = sum('costNanoUsd');
  const billedRequests = sum('billedRequests');
  return {
    requests: sum('requests'),
    billedRequests,
    unpricedRequests: sum('unpricedRequests'),
    totalCostUsd: nanoToUsd(totalCostNanoUsd),
    totalCostNanoUsd,
    estimatedCostUsd: nanoToUsd(sum('estimatedNanoUsd')),
    averageCostUsd: billedRequests === 0 ? 0 : nanoToUsd(totalCostNanoUsd) / billedRequests,
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    cacheReadTokens: sum('cacheReadTokens'),
    cacheWriteTokens: sum('cacheWrite5mTokens') + sum('cacheWrite1hTokens'),
    webSearchRequests: sum('webSearchRequests'),
  };
}
