import { readdir } from 'node:fs/promises';
import { Pool } from 'pg';
import type { CostEvent } from 'nestjs-claude';
import { migrate, PostgresUsageLedger } from 'nestjs-claude/postgres';
import { usageEntry, usagePart } from '../../libs/claude/src/cost/ledger/contract/usage-entries.js';
import { bootClaude, eventually, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';
import { describeWithPostgres } from '../support/postgres-server.js';
import { postgresHarness } from './harness.js';

const RETURNED_MS = 15_000;

/** Calls, one after the other, until told to stop. */
function callers(app: ClaudeHarness, count: number): () => Promise<number> {
  const state = { isStopped: false, made: 0 };
  const call = async (): Promise<void> => {
    while (!state.isStopped) {
      await app.claude.with({ user: `u${state.made % 5}` }).messages.create(PARAMS);
      state.made++;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const running = Promise.all(Array.from({ length: count }, call));
  return async () => {
    state.isStopped = true;
    await running;
    return state.made;
  };
}

describeWithPostgres('While PostgreSQL is away', () => {
  const postgres = postgresHarness();
  afterEach(() => postgres.server.restartIfStopped());

  it.each(['SIGINT', 'SIGQUIT'] as const)(
    'no call fails, and no entry is lost or doubled (%s)',
    async (signal) => {
      const schema = await postgres.newSchema();
      const directory = await postgres.newDirectory();
      const pool = postgres.newPool();
      const store = new PostgresUsageLedger({ pool, schema, queryMs: 2_000, journal: { directory } });
      const app = await bootClaude({ rateLimit: false, cost: { ledger: { store } } });
      const events: CostEvent[] = [];
      app.costs.events.subscribe((event) => events.push(event));
      const stop = callers(app, 4);
      await eventually(() => store.stats.written > 20, 'calls are written', RETURNED_MS);
      await postgres.server.stop(signal);
      await eventually(() => store.stats.journalled > 40, 'calls are in the journal', RETURNED_MS);
      expect(store.stats.isAway).toBe(true);
      const away = app.health.check();
      expect(away.rules.ledger).toMatchObject({ status: 'degraded', kind: 'own' });
      expect(away.rules.ledger?.awayForMs).toBeGreaterThan(0);
      expect(away.rules.ledger?.journalBytes).toBeGreaterThan(0);
      await postgres.server.restart();
      await eventually(() => !store.stats.isAway, 'the ledger has returned', RETURNED_MS);
      const made = await stop();
      expect(await app.costs.flush()).toBe(true);
      await eventually(() => store.stats.journalBytes === 0, 'the journal is empty', RETURNED_MS);
      const back = { status: 'up', kind: 'own', awayForMs: null, journalBytes: 0 };
      expect(app.health.check().rules.ledger).toEqual(back);

      const summary = await app.costs.getSummary({ days: 1 });
      expect(summary.requests).toBe(made);
      expect(summary.totalCostNanoUsd).toBe(
        app.records.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? NaN), 0),
      );
      const { rows } = await postgres.pool.query<{ id: string }>(`SELECT id FROM "${schema}".usage_entry`);
      expect(rows.map(({ id }) => id).toSorted()).toEqual(app.records.map(({ id }) => id).toSorted());
      const types = events.map(({ type }) => type).filter((type) => type !== 'ledger-maintenance-failed');
      expect(types).toEqual(['ledger-away', 'ledger-returned']);
      await app.close();
      expect(await readdir(directory)).toEqual([]);
    },
    90_000,
  );

  it('a server that hangs holds up nobody', async () => {
    const schema = await postgres.newSchema();
    const ledger = await postgres.open({ schema, queryMs: 300, pool: postgres.newPool() });
    const blocker = await postgres.pool.connect();
    try {
      await blocker.query(`BEGIN; LOCK TABLE "${schema}".usage_id IN ACCESS EXCLUSIVE MODE`);
      await ledger.record([usageEntry({ id: 'held up', atMs: Date.now() })]);
      expect(ledger.stats).toMatchObject({ isAway: true, journalled: 1, written: 0 });
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
    await eventually(() => ledger.stats.written === 1, 'it is written', RETURNED_MS);
    expect((await ledger.summarize({ fromMs: Date.now() - 60_000, toMs: Date.now() + 1 })).requests).toBe(1);
  });

  it('the journal grows no larger than it may, and what it does not take waits in memory', async () => {
    const schema = await postgres.newSchema();
    const pool = postgres.newPool();
    const store = new PostgresUsageLedger({
      pool,
      schema,
      queryMs: 1_000,
      journal: { directory: await postgres.newDirectory(), maxBytes: 8_000 },
    });
    const app = await bootClaude({ cost: { ledger: { store } } });
    const types: string[] = [];
    app.costs.events.subscribe(({ type }) => types.push(type));
    await postgres.server.stop();
    for (let n = 0; n < 40; n++) {
      app.costs.record({ input_tokens: 1_000 }, { model: PARAMS.model, id: `use-${n}` });
      if (n === 4) await eventually(() => store.stats.journalled === 5, 'some are in the journal', RETURNED_MS);
    }
    await eventually(() => types.includes('ledger-journal-full'), 'the journal is full', RETURNED_MS);
    expect(store.stats.journalBytes).toBeLessThanOrEqual(8_000);
    expect(app.costs.sinks).toMatchObject([{ name: 'ledger', queued: 35, dropped: 0 }]);
    await postgres.server.restart();
    await eventually(() => store.stats.written === 40, 'all are written', 30_000);
    expect(await app.costs.getSummary({ days: 1 })).toMatchObject({ requests: 40 });
    expect(types.filter((type) => type === 'ledger-journal-full')).toHaveLength(1);
  }, 90_000);

  it('what PostgreSQL does not take for what is in it keeps back nothing else', async () => {
    const ledger = await postgres.open();
    const refused: unknown[] = [];
    ledger.events.subscribe((event) => refused.push(event));
    const parts = [usagePart({ costNanoUsd: 0.5 })];
    const good = Array.from({ length: 20 }, (_, n) => usageEntry({ id: `${n}`, atMs: Date.now() }));
    await ledger.record([...good.slice(0, 7), usageEntry({ id: 'half', atMs: Date.now(), parts }), ...good.slice(7)]);
    expect(ledger.stats).toMatchObject({ written: 20, refused: 1, isAway: false, journalled: 0 });
    expect(refused).toEqual([expect.objectContaining({ type: 'ledger-refused', id: 'half' })]);
  });

  it('without a journal, entries wait in memory', async () => {
    const schema = await postgres.newSchema();
    const store = new PostgresUsageLedger({ pool: postgres.newPool(), schema, queryMs: 1_000, journal: false });
    const app = await bootClaude({ cost: { ledger: { store } } });
    await postgres.server.stop();
    app.costs.record({ input_tokens: 10 }, { model: PARAMS.model });
    await eventually(() => store.stats.isAway, 'it is away', RETURNED_MS);
    expect(app.costs.sinks).toMatchObject([{ queued: 1, written: 0 }]);
    await postgres.server.restart();
    await eventually(() => store.stats.written === 1, 'it is written', 30_000);
    expect(store.stats.isAway).toBe(false);
  }, 60_000);

  it('a pool that was ended first loses nothing: the next start brings it', async () => {
    const schema = await postgres.newSchema();
    await migrate(postgres.pool, { schema });
    const directory = await postgres.newDirectory();
    const pool = new Pool({ connectionString: postgres.server.url });
    const first = await postgres.open({ schema, pool, journal: { directory } });
    await pool.end();
    await first.record([usageEntry({ id: 'last', atMs: Date.now() })]);
    await first.close();
    const second = await postgres.open({ schema, journal: { directory } });
    await eventually(() => second.stats.written === 1, 'it is brought', RETURNED_MS);
    await eventually(() => second.stats.journalBytes === 0, 'the journal is empty', RETURNED_MS);
    expect(await readdir(directory)).toEqual([]);
  });
});
