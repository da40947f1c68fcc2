import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Pool } from 'pg';
import { migrate, PostgresUsageLedger, type PgPool } from 'nestjs-claude/postgres';
import { EXIT } from '../../libs/claude/src/keys/command/key-command.js';
import { usageEntry } from '../../libs/claude/src/cost/ledger/contract/usage-entries.js';
import { migrateCommand } from '../../libs/claude/src/postgres/command/migrate-command.js';
import { bootClaude, eventually, rejection } from '../support/claude-harness.js';
import { describeWithPostgres, PASSWORD } from '../support/postgres-server.js';
import { postgresHarness } from './harness.js';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const code = await migrateCommand(args, { output, errors }, env);
  return { code, out: String(output.read() ?? ''), err: String(errors.read() ?? '') };
}

/** A real server that says it is of another version. */
function ofVersion(pool: Pool, version: string): PgPool {
  return {
    query: (text, values) => pool.query(text, values),
    connect: async () => {
      const client = await pool.connect();
      return {
        query: async (text, values) =>
          text.includes('server_version_num') ? { rows: [{ version }] } : client.query(text, values),
        release: (destroy) => client.release(destroy),
      };
    },
  };
}

describeWithPostgres('A start with a ledger in PostgreSQL', () => {
  const postgres = postgresHarness();

  async function startError(pool: PgPool, options: { readonly schema?: string } = {}): Promise<Error> {
    const store = new PostgresUsageLedger({
      pool,
      queryMs: 3_000,
      journal: { directory: await postgres.newDirectory() },
      ...options,
    });
    return rejection(bootClaude({ cost: { ledger: { store } } }));
  }

  it('fails with one clear error where nothing answers', async () => {
    const pool = postgres.newPool(`postgres://postgres:${PASSWORD}@127.0.0.1:1/postgres`);
    expect(await startError(pool)).toMatchObject({
      code: 'invalid_options',
      message: expect.stringMatching(
        /cannot be reached: start it, or correct the host and port.*ECONNREFUSED/,
      ) as string,
    });
  });

  it.each([
    ['a wrong password', (url: string) => url.replace(PASSWORD, 'wrong'), /refuses the user or the password.*28P01/],
    ['a wrong name', (url: string) => url.replace(/\/postgres$/, '/nowhere'), /no database of that name.*3D000/],
    ['a host that is none', (url: string) => url.replace('127.0.0.1', 'host.invalid'), /cannot be reached/],
  ])('fails with one clear error for %s, and shows no password', async (_, change, message) => {
    const error = await startError(postgres.newPool(change(postgres.server.url)));
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/wrong|of-the-tests/);
  });

  it('fails with one clear error where the tables are missing', async () => {
    const error = await startError(postgres.pool, { schema: 'not there' });
    expect(error.message).toMatch(/schema `not there`.*run `npx nestjs-claude migrate`/);
  });

  it('fails with one clear error where a step is missing', async () => {
    const schema = await postgres.newSchema();
    await postgres.pool.query(`DELETE FROM "${schema}".usage_migration`);
    expect((await startError(postgres.pool, { schema })).message).toMatch(/at version 0, and 1 is needed: run/);
  });

  it('goes with a schema of a later version, as replicas are renewed one after the other', async () => {
    const schema = await postgres.newSchema();
    await postgres.pool.query(`INSERT INTO "${schema}".usage_migration (version, name) VALUES (99, 'later')`);
    const ledger = await postgres.open({ schema });
    expect(ledger.stats.isAway).toBe(false);
  });

  it('fails with one clear error for too old a server', async () => {
    const schema = await postgres.newSchema();
    const error = await startError(ofVersion(postgres.pool, '90603'), { schema });
    expect(error.message).toMatch(/PostgreSQL 9, and it needs 13 or later: upgrade/);
    await expect(migrate(ofVersion(postgres.pool, '120022'))).rejects.toThrow(/PostgreSQL 12/);
  });

  it('fails with one clear error where the journal cannot be written', async () => {
    const directory = await postgres.newDirectory();
    const file = join(directory, 'file');
    await writeFile(file, '');
    const store = new PostgresUsageLedger({ pool: postgres.pool, journal: { directory: join(file, 'below') } });
    await expect(store.open()).rejects.toThrow(/journal.*\(ENOTDIR\): name a directory.*`journal\.directory`/);
  });

  it.each([
    [{}, /`pool` must be a pool of `pg`/],
    [{ pool: {} }, /`pool` must be a pool of `pg`, with its methods `query` and `connect`, not an object/],
    [{ pool: 'postgres://' }, /`pool` must be a pool of `pg`.*, not a string/],
    [{ pool: new Pool(), url: 'x' }, /`url` is no option/],
    [{ pool: new Pool(), entriesDays: 0 }, /`entriesDays` must be a whole number from 1/],
    [{ pool: new Pool(), schema: '' }, /`schema` must be the name of a schema/],
    [{ pool: new Pool(), journal: { maxBytes: 0.5 } }, /`journal.maxBytes` must be a whole number/],
    [{ pool: new Pool(), journal: false, onUnusable: 'degrade' }, /would lose entries with `journal: false`/],
  ])('refuses %j', (options, message) => {
    expect(() => new PostgresUsageLedger(options as never)).toThrow(message);
  });

  it('goes on without the database where that is configured, and brings everything when it is there', async () => {
    const ledger = new PostgresUsageLedger({
      pool: postgres.pool,
      schema: 'later',
      onUnusable: 'degrade',
      journal: { directory: await postgres.newDirectory() },
    });
    const types: string[] = [];
    ledger.events.subscribe(({ type }) => types.push(type));
    await ledger.open();
    try {
      await ledger.record([usageEntry({ id: 'early', atMs: Date.now() })]);
      expect(ledger.stats).toMatchObject({ isAway: true, journalled: 1 });
      await migrate(postgres.pool, { schema: 'later' });
      await eventually(() => ledger.stats.written === 1, 'the entry is written', 15_000);
      expect(await ledger.recent(1)).toMatchObject([{ id: 'early' }]);
      expect(types.filter((type) => type !== 'ledger-maintenance-failed')).toEqual(['ledger-away', 'ledger-returned']);
    } finally {
      await ledger.close();
    }
  });
});

describeWithPostgres('Migrations', () => {
  const postgres = postgresHarness();

  it('are taken once, however many take them at once, and by a command', async () => {
    const pools = Array.from({ length: 5 }, () => postgres.newPool());
    const all = await Promise.all(pools.map((pool) => migrate(pool, { schema: 'at once' })));
    expect(all.map(({ version }) => version)).toEqual([1, 1, 1, 1, 1]);
    expect(all.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
    expect(await migrate(postgres.pool, { schema: 'at once' })).toEqual({ version: 1, applied: [] });
    const env = { DATABASE_URL: postgres.server.url };
    expect(await run(['migrate', '--schema', 'by command'], env)).toEqual({
      code: EXIT.ok,
      out: 'Applied 1 (entries, their ids, and rollups).\nThe schema is at version 1.\n',
      err: '',
    });
    expect(await run(['migrate', '--schema', 'at once'], env)).toMatchObject({ out: 'The schema is at version 1.\n' });
  });

  it.each([
    [['migrate', '--url', 'postgres://'], EXIT.usage, /Usage:/],
    [['migrate', 'postgres://x:secret@y/z'], EXIT.usage, /Usage:/],
    [['migrate', '--schema', ''], EXIT.failed, /`schema` must be the name of a schema/],
  ])('are refused with %j', async (args, code, message) => {
    const ran = await run(args, { DATABASE_URL: postgres.server.url });
    expect([ran.code, ran.err]).toEqual([code, expect.stringMatching(message)]);
    expect(ran.err).not.toContain('secret');
  });

  it('say what is wrong with the database, and not the password', async () => {
    const { code, err } = await run(['migrate'], { DATABASE_URL: 'postgres://postgres:secret@127.0.0.1:1/postgres' });
    expect([code, err]).toEqual([EXIT.failed, expect.stringMatching(/cannot be reached.*ECONNREFUSED/)]);
    expect(err).not.toContain('secret');
    expect((await run(['migrate', '--help'], {})).out).toMatch(/^Usage: nestjs-claude migrate/);
  });
});
