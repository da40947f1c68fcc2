import { coveredPeriod, DAY_MS, oldestIndex, timeLevels, type TimeLevel } from '../../cost/ledger/covered-period.js';
import { modelAtEndpoint, type ModelAtEndpoint } from '../../cost/ledger/model-at-endpoint.js';
import { ALL, DIMENSIONS } from '../../cost/ledger/usage-bucket.js';
import type { Moments } from '../../cost/ledger/usage-ledger.js';
import {
  dearestFirst,
  SHARES,
  usageSums,
  type UsageShare,
  type UsageShares,
  type UsageSummary,
} from '../../cost/ledger/usage-summary.js';
import { SAVING_KINDS } from '../../cost/savings/call-savings.js';
import type { SavingsSums } from '../../cost/savings/savings-tally.js';
import { ledgerSql, ROLLUP_SUMS } from '../ledger-sql.js';
import { inTransaction } from '../pg-pool.js';
import type { PostgresLedgerSettings } from '../postgres-ledger.options.js';
import { stretchesOf, tiersOf, type Tier } from '../tiers.js';
import { SAVINGS, WHOLE } from '../writing/rollup-rows.js';

/** A row as PostgreSQL answers it: every sum as a text of digits, since a `bigint` may be larger than a number is exact. */
type NamedRow = Readonly<Record<'name' | (typeof ROLLUP_SUMS)[number][0], string>>;

type SummedRow = NamedRow & {
  readonly dimension: string;
  /** Whether it stands for all that a summary does not tell apart. */
  readonly is_other: boolean;
};

const COLUMN_OF = Object.fromEntries(ROLLUP_SUMS.map(([column, name]) => [name, column])) as Readonly<
  Record<(typeof ROLLUP_SUMS)[number][1], (typeof ROLLUP_SUMS)[number][0]>
>;

/** Adds up rollups: what a period takes depends on its names, not on how many calls it has. */
export class SummaryReader {
  readonly #summarize: string;
  readonly #modelsAtEndpoints: string;
  readonly #levels: readonly TimeLevel[];
  readonly #tiers: readonly Tier[];

  constructor(private readonly settings: PostgresLedgerSettings) {
    ({ summarize: this.#summarize, modelsAtEndpoints: this.#modelsAtEndpoints } = ledgerSql(settings.schema));
    this.#levels = timeLevels(settings);
    this.#tiers = tiersOf(settings);
  }

  async summarize(moments: Moments): Promise<UsageSummary> {
    const { level, period, ...covered } = coveredPeriod(this.#levels, moments, this.settings.clock.wall());
    const { rows } = await inTransaction(this.settings.pool, this.settings, (client) =>
      Promise.resolve(client.query(this.#summarize, this.valuesFor(level, covered))),
    );
    return summaryOfRows(rows as readonly SummedRow[], period);
  }

  async modelsAtEndpoints(dayStartMs: number): Promise<readonly ModelAtEndpoint[] | null> {
    const { pool, days, clock } = this.settings;
    const day = Math.floor(dayStartMs / DAY_MS);
    if (day < oldestIndex({ lengthMs: DAY_MS, keptMs: days * DAY_MS }, clock.wall())) return null;
    const { rows } = await inTransaction(pool, this.settings, (client) =>
      Promise.resolve(client.query(this.#modelsAtEndpoints, [new Date(day * DAY_MS).toISOString()])),
    );
    return (rows as readonly NamedRow[]).map((row) =>
      modelAtEndpoint(row.name, (column) => Number(row[COLUMN_OF[column]])),
    );
  }

  /** What the statement of a summary is given. */
  valuesFor(level: number, covered: Moments): unknown[] {
    const [fine, coarse] = this.#tiers.slice(level, level + 2) as [Tier, Tier];
    const { fromMs, coarseFromMs, coarseToMs, toMs } = stretchesOf(covered, coarse);
    const moments = [fromMs, coarseFromMs, coarseToMs, toMs].map((ms) => new Date(ms).toISOString());
    return [fine.name, coarse.name, ...moments, this.settings.maxUsers, this.settings.maxTags];
  }
}

function summaryOfRows(rows: readonly SummedRow[], period: UsageSummary['period']): UsageSummary {
  const of = (dimension: string): readonly SummedRow[] => rows.filter((row) => row.dimension === dimension);
  const shares = DIMENSIONS.map((dimension) => [SHARES[dimension], dearestFirst(sharesOfRows(of(dimension)))]);
  const whole = of(WHOLE).find(({ name }) => name === ALL);
  const sums = usageSums((column) => (whole === undefined ? 0 : Number(whole[COLUMN_OF[column]])));
  return { period, ...sums, ...(Object.fromEntries(shares) as UsageShares), savings: savingsOf(of(SAVINGS)) };
}

/** Somebody may be called `other`, too: both are one share, as everywhere. */
function sharesOfRows(rows: readonly SummedRow[]): UsageShare[] {
  const rest = rows.find((row) => row.is_other);
  const named = rest === undefined ? undefined : rows.find((row) => !row.is_other && row.name === rest.name);
  if (rest === undefined || named === undefined) return rows.map(shareOf);
  const both: UsageShare = {
    name: rest.name,
    ...usageSums((column) => Number(rest[COLUMN_OF[column]]) + Number(named[COLUMN_OF[column]])),
  };
  return [...rows.filter((row) => row !== rest && row !== named).map(shareOf), both];
}

function shareOf(row: SummedRow): UsageShare {
  return { name: row.name, ...usageSums((column) => Number(row[COLUMN_OF[column]])) };
}

function savingsOf(rows: readonly SummedRow[]): SavingsSums {
  const sums = SAVING_KINDS.map((kind) => {
    const row = rows.find(({ name }) => name === kind);
    return [kind, { nanoUsd: Number(row?.cost_nano_usd ?? 0), calls: Number(row?.requests ?? 0) }];
  });
  return Object.fromEntries(sums) as SavingsSums;
}
