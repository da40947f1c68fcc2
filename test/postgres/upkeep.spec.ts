import { maintain, migrate } from 'nestjs-claude/postgres';
import { ManualClock } from 'nestjs-claude/testing';
import { DAY_MS } from '../../libs/claude/src/cost/ledger/covered-period.js';
import { usageEntry, usagePart } from '../../libs/claude/src/cost/ledger/contract/usage-entries.js';
import { resolvePostgresLedger } from '../../libs/claude/src/postgres/resolve-postgres-ledger.js';
import { describeWithPostgres } from '../support/postgres-server.js';
import { postgresHarness } from './harness.js';

describeWithPostgres('The upkeep of a ledger in PostgreSQL', () => {
  const postgres = postgresHarness();

  async function partitions(schema: string): Promise<string[]> {
    const { rows } = await postgres.pool.query<{ name: string }>(
      'SELECT relname AS name FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = to_regclass($1) ORDER BY 1',
      [`"${schema}".usage_entry`],
    );
    return rows.map(({ name }) => name);
  }

  async function count(schema: string, table: string, where = 'true'): Promise<number> {
    const { rows } = await postgres.pool.query<{ count: string }>(
      `SELECT count(*) FROM "${schema}".${table} WHERE ${where}`,
    );
    return Number(rows[0]?.count);
  }

  it('has partitions for this month and the next two from the first migration on', async () => {
    const schema = await postgres.newSchema();
    const now = new Date();
    const months = [0, 1, 2].map((later) =>
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + later)).toISOString().slice(0, 7).replace('-', '_'),
    );
    expect(await partitions(schema)).toEqual([...months.map((month) => `usage_entry_${month}`), 'usage_entry_default']);
    await migrate(postgres.pool, { schema });
    expect(await partitions(schema)).toHaveLength(4);
  });

  it('drops what is too old, keeps rollups longer, and forgets no id that is still taken', async () => {
    const schema = await postgres.newSchema();
    const clock = new ManualClock(Date.now());
    const ledger = await postgres.open({ schema, clock, maintain: false, entriesDays: 40, days: 100 });
    const settings = resolvePostgresLedger({ pool: postgres.pool, schema, clock, entriesDays: 40, days: 100 });
    const startMs = clock.wall();
    const parts = [usagePart({ costNanoUsd: 5 })];
    await ledger.record([
      usageEntry({ id: 'old', atMs: startMs - 39 * DAY_MS, parts }),
      usageEntry({ id: 'new', atMs: startMs, parts }),
    ]);
    await maintain(settings);
    // What stood in the default partition has a month of its own by now.
    expect(await count(schema, 'usage_entry_default')).toBe(0);
    expect(await count(schema, 'usage_entry')).toBe(2);
    clock.advance(45 * DAY_MS);
    await maintain(settings);
    const lastMonths = await partitions(schema);
    expect(lastMonths.every((name) => name === 'usage_entry_default' || name >= monthOf(startMs))).toBe(true);
    expect(await count(schema, 'usage_id')).toBe(0);
    const { totalCostNanoUsd } = await ledger.summarize({ fromMs: clock.wall() - 99 * DAY_MS, toMs: clock.wall() });
    expect(totalCostNanoUsd).toBe(10);
    expect(await count(schema, 'usage_rollup', `tier IN ('minute', 'hour')`)).toBe(0);
    // Its id is forgotten, and so it is not taken any more.
    await ledger.record([usageEntry({ id: 'old', atMs: startMs - 39 * DAY_MS, parts })]);
    expect(ledger.stats).toMatchObject({ written: 2, tooOld: 1 });
    clock.advance(110 * DAY_MS);
    await maintain(settings);
    expect(await count(schema, 'usage_rollup')).toBe(0);
    expect(await count(schema, 'usage_entry')).toBe(0);
  });

  it('may be done by several at once, while entries are written', async () => {
    const schema = await postgres.newSchema();
    const ledger = await postgres.open({ schema });
    const settings = resolvePostgresLedger({ pool: postgres.pool, schema });
    const lots = Array.from({ length: 20 }, (_, lot) =>
      Array.from({ length: 20 }, (__, n) => usageEntry({ id: `${lot}-${n}`, atMs: Date.now() - lot * 3 * DAY_MS })),
    );
    await Promise.all([
      ...lots.map((lot) => ledger.record(lot)),
      ...Array.from({ length: 4 }, () => maintain(settings)),
    ]);
    await maintain(settings);
    expect(await count(schema, 'usage_entry')).toBe(400);
    expect(await count(schema, 'usage_entry_default')).toBe(0);
  });
});

function monthOf(atMs: number): string {
  return `usage_entry_${new Date(atMs).toISOString().slice(0, 7).replace('-', '_')}`;
}
