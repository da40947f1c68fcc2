import { DAY_MS } from '../../libs/claude/src/cost/ledger/covered-period.js';
import { ledgerSql, type LedgerSql } from '../../libs/claude/src/postgres/ledger-sql.js';
import { resolvePostgresLedger } from '../../libs/claude/src/postgres/resolve-postgres-ledger.js';
import { SummaryReader } from '../../libs/claude/src/postgres/reading/summary-reader.js';
import { usageEntry, usagePart } from '../../libs/claude/src/cost/ledger/contract/usage-entries.js';
import { describeWithPostgres } from '../support/postgres-server.js';
import { postgresHarness } from './harness.js';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

function scansOf(plan: Plan): string[] {
  const own = plan['Relation Name'];
  return [...(own === undefined ? [] : [`${plan['Node Type']} ${own}`]), ...(plan.Plans ?? []).flatMap(scansOf)];
}

describeWithPostgres('The statements of a ledger in PostgreSQL', () => {
  const postgres = postgresHarness();
  const nowMs = Date.now();

  /** A quarter of a year of calls, without making each of them. */
  async function filled(): Promise<string> {
    const schema = await postgres.newSchema();
    const ledger = await postgres.open({ schema });
    const parts = [usagePart({ costNanoUsd: 5 })];
    await ledger.record(
      Array.from({ length: 80 }, (_, day) => usageEntry({ id: `${day}`, atMs: nowMs - day * DAY_MS, parts })),
    );
    await ledger.close();
    const of = `"${schema}"`;
    await postgres.pool.query(
      `INSERT INTO ${of}.usage_entry SELECT nextval('${of}.usage_entry_seq'), at - n * interval '1 second', id || n, operation,
        model, request_type, user_name, outcome, cost_nano_usd, tags, savings, parts
       FROM ${of}.usage_entry, generate_series(1, 300) AS n`,
    );
    await postgres.pool.query(
      `INSERT INTO ${of}.usage_rollup SELECT tier, bucket - n * interval '1 millisecond', dimension, name, ${SUMS}
       FROM ${of}.usage_rollup, generate_series(1, 20) AS n`,
    );
    await postgres.pool.query(`ANALYZE ${of}.usage_entry; ANALYZE ${of}.usage_rollup; ANALYZE ${of}.usage_id`);
    return schema;
  }

  it('touch no raw partition as a whole, and a summary touches none', async () => {
    const schema = await filled();
    const settings = resolvePostgresLedger({ pool: postgres.pool, schema });
    const month = { fromMs: nowMs - 30 * DAY_MS, toMs: nowMs };
    const one = (value: unknown): unknown[] => [value];
    const values: Readonly<Record<keyof LedgerSql, unknown[]>> = {
      claim: [one('00000000-0000-0000-0000-000000000000'), one(nowMs)],
      insertEntries: [
        one(nowMs),
        ...Array.from({ length: 6 }, () => one('x')),
        one(5),
        ...Array.from({ length: 3 }, () => '[{}]'),
      ],
      addToRollups: [one('day'), one(nowMs), one('user'), one('ada'), ...Array.from({ length: 11 }, () => one(1))],
      summarize: new SummaryReader(settings).valuesFor(2, month),
      modelsAtEndpoints: [new Date(nowMs).toISOString()],
      recent: [100],
      isThere: [],
    };
    const sql = ledgerSql(schema);
    const scans: Record<string, readonly string[]> = {};
    for (const name of Object.keys(values) as (keyof LedgerSql)[]) {
      const { rows } = await postgres.pool.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `EXPLAIN (FORMAT JSON) ${sql[name]}`,
        values[name],
      );
      scans[name] = rows.flatMap((row) => scansOf(row['QUERY PLAN'][0].Plan));
    }
    const raw = (name: string): string[] => (scans[name] ?? []).filter((scan) => scan.includes('usage_entry'));
    expect(
      Object.values(scans)
        .flat()
        .filter((scan) => /^Seq Scan usage_(?:entry_\d|rollup)/.test(scan)),
    ).toEqual([]);
    expect(raw('summarize')).toEqual([]);
    expect(raw('recent').length).toBeGreaterThan(3);
    expect(raw('recent').filter((scan) => !/^Index Scan|_default$/.test(scan))).toEqual([]);
    expect(scans['summarize']).toHaveLength(3);
  });
});

const SUMS = `requests, billed_requests, unpriced_requests, cost_nano_usd, estimated_nano_usd, input_tokens, output_tokens,
  cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_search_requests`;
