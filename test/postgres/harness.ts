import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { migrate, PostgresUsageLedger, type PostgresLedgerOptions } from 'nestjs-claude/postgres';
import { PostgresServer } from '../support/postgres-server.js';

/** A server for the tests of a file, and what they open. All of it is closed, also when a test fails. */
export interface PostgresHarness {
  readonly server: PostgresServer;
  readonly pool: Pool;
  /** A pool of its own. */
  newPool(url?: string): Pool;
  /** A schema with the tables and nothing in them. */
  newSchema(): Promise<string>;
  /** A ledger, opened. */
  open(options?: Partial<PostgresLedgerOptions>): Promise<PostgresUsageLedger>;
  /** An empty directory. */
  newDirectory(): Promise<string>;
}

/** To be called within `describe`. */
export function postgresHarness(): PostgresHarness {
  const closing: (() => Promise<unknown>)[] = [];
  const state: { server: PostgresServer | null; pool: Pool | null; schemas: number } = {
    server: null,
    pool: null,
    schemas: 0,
  };
  const later = (close: () => Promise<unknown>): void => void closing.push(close);

  beforeAll(async () => {
    state.server = await PostgresServer.start();
    state.pool = new Pool({ connectionString: state.server.url });
    state.pool.on('error', () => undefined);
  }, 60_000);
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });
  afterAll(async () => {
    await state.pool?.end();
    await state.server?.close();
  });

  const there = <T>(what: T | null): T => {
    if (what === null) throw new Error('The server is started before the tests.');
    return what;
  };
  const harness: PostgresHarness = {
    get server() {
      return there(state.server);
    },
    get pool() {
      return there(state.pool);
    },
    newPool: (url = harness.server.url) => {
      const pool = new Pool({ connectionString: url });
      later(() => pool.end());
      return pool;
    },
    newSchema: async () => {
      const schema = `ledger ${state.schemas++}`;
      await migrate(harness.pool, { schema });
      return schema;
    },
    open: async (options = {}) => {
      const ledger = new PostgresUsageLedger({
        pool: harness.pool,
        schema: options.schema ?? (await harness.newSchema()),
        journal: { directory: await harness.newDirectory() },
        ...options,
      });
      await ledger.open();
      later(() => ledger.close());
      return ledger;
    },
    newDirectory: async () => {
      const directory = await mkdtemp(join(tmpdir(), 'ledger-'));
      later(() => rm(directory, { recursive: true, force: true }));
      return directory;
    },
  };
  return harness;
}
