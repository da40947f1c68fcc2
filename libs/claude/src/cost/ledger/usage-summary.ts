import { nanoToUsd } from '../pricing/money.js';
import type { SavingsSums } from '../savings/savings-tally.js';
import type { UsageBucket } from './usage-bucket.js';
import { ALL, DIMENSIONS, type Dimension } from './usage-bucket.js';
import type { UsageTable } from './usage-table.js';

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

/** The sums of everything in a bucket. */
export function sumsOf(bucket: UsageBucket): UsageSums {
  return sumsOfRow(bucket.all, ALL);
}

/** The shares of one dimension, dearest first. */
export function sharesOf(bucket: UsageBucket, dimension: Dimension): readonly UsageShare[] {
  const table = bucket.by(dimension);
  const shares = Array.from(table.names, (name): UsageShare => ({ name, ...sumsOfRow(table, name) }));
  return shares.toSorted((a, b) => b.totalCostNanoUsd - a.totalCostNanoUsd || (a.name < b.name ? -1 : 1));
}

/** The summary of a bucket. */
export function summaryOf(bucket: UsageBucket, period: UsageSummary['period']): UsageSummary {
  const [byModel, byUser, byTag, byRequestType, byEndpoint] = DIMENSIONS.map((each) => sharesOf(bucket, each));
  const savings = bucket.savings.sums;
  return { period, ...sumsOf(bucket), byModel, byUser, byTag, byRequestType, byEndpoint, savings } as UsageSummary;
}

function sumsOfRow(table: UsageTable, name: string): UsageSums {
  const totalCostNanoUsd = table.sum(name, 'costNanoUsd');
  const billedRequests = table.sum(name, 'billedRequests');
  return {
    requests: table.sum(name, 'requests'),
    billedRequests,
    unpricedRequests: table.sum(name, 'unpricedRequests'),
    totalCostUsd: nanoToUsd(totalCostNanoUsd),
    totalCostNanoUsd,
    estimatedCostUsd: nanoToUsd(table.sum(name, 'estimatedNanoUsd')),
    averageCostUsd: billedRequests === 0 ? 0 : nanoToUsd(totalCostNanoUsd) / billedRequests,
    inputTokens: table.sum(name, 'inputTokens'),
    outputTokens: table.sum(name, 'outputTokens'),
    cacheReadTokens: table.sum(name, 'cacheReadTokens'),
    cacheWriteTokens: table.sum(name, 'cacheWrite5mTokens') + table.sum(name, 'cacheWrite1hTokens'),
    webSearchRequests: table.sum(name, 'webSearchRequests'),
  };
}
