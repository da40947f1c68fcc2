import { SharedNames } from '../../cost/ledger/shared-names.js';
import { ALL, DIMENSIONS, UsageBucket, type NameCaps } from '../../cost/ledger/usage-bucket.js';
import type { UsageEntry } from '../../cost/ledger/usage-entry.js';
import type { UsageTable } from '../../cost/ledger/usage-table.js';
import { SAVING_KINDS } from '../../cost/savings/call-savings.js';
import { PAIR, ROLLUP_SUMS } from '../ledger-sql.js';
import { oldestMs, type Tier } from '../tiers.js';
import { rollupName } from './storable.js';

/** The dimension of everything in all. */
export const WHOLE = 'all';

/** The dimension of savings: the name is the kind, the cost the amount, and the requests are the calls it is about. */
export const SAVINGS = 'saving';

/** What some entries add to one row: its key, and a sum for each of {@link ROLLUP_SUMS}. */
export interface RollupRow {
  readonly tier: string;
  readonly bucketMs: number;
  readonly dimension: string;
  readonly name: string;
  readonly sums: readonly number[];
}

/** A lot has no more names than entries and their tags. */
const NO_CAPS: NameCaps = Object.fromEntries(DIMENSIONS.map((each) => [each, Infinity])) as Record<
  (typeof DIMENSIONS)[number],
  number
>;

/** What entries add to the rollups of each tier, in the order in which every process adds: so none waits for another in a ring. */
export function rollupRows(entries: readonly UsageEntry[], tiers: readonly Tier[], nowMs: number): RollupRow[] {
  const rows = tiers.flatMap((tier) => [...bucketsOf(entries, tier, nowMs)].flatMap((each) => rowsOf(tier, ...each)));
  return rows.toSorted(
    (a, b) =>
      compare(a.tier, b.tier) ||
      a.bucketMs - b.bucketMs ||
      compare(a.dimension, b.dimension) ||
      compare(a.name, b.name),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** By when they begin. */
function bucketsOf(entries: readonly UsageEntry[], tier: Tier, nowMs: number): Map<number, UsageBucket> {
  const buckets = new Map<number, UsageBucket>();
  const shared = new SharedNames();
  const oldest = oldestMs(tier, nowMs);
  const caps = tier.name === 'day' ? { ...NO_CAPS, pair: Infinity } : NO_CAPS;
  for (const entry of entries) {
    const bucketMs = Math.floor(entry.atMs / tier.lengthMs) * tier.lengthMs;
    if (bucketMs < oldest) continue;
    const bucket = buckets.get(bucketMs) ?? new UsageBucket(caps, shared);
    buckets.set(bucketMs, bucket);
    bucket.add(entry);
  }
  return buckets;
}

function rowsOf({ name: tier }: Tier, bucketMs: number, bucket: UsageBucket): RollupRow[] {
  const rowsOfTable = (dimension: string, table: UsageTable): RollupRow[] =>
    Array.from(table.names, (name) => {
      const sums = ROLLUP_SUMS.map(([, column]) => table.sum(name, column));
      return { tier, bucketMs, dimension, name: dimension === WHOLE ? ALL : rollupName(name), sums };
    });
  const savings = SAVING_KINDS.flatMap((kind) => {
    const { nanoUsd, calls } = bucket.savings.sums[kind];
    if (calls === 0) return [];
    const sums = ROLLUP_SUMS.map(([, column]) => ({ requests: calls, costNanoUsd: nanoUsd })[column as string] ?? 0);
    return [{ tier, bucketMs, dimension: SAVINGS, name: kind, sums }];
  });
  const shares = DIMENSIONS.flatMap((dimension) => rowsOfTable(dimension, bucket.by(dimension)));
  const pairs = bucket.pairs === null ? [] : rowsOfTable(PAIR, bucket.pairs);
  return [...rowsOfTable(WHOLE, bucket.all), ...shares, ...pairs, ...savings];
}
