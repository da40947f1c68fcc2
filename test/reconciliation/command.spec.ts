import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { migrate, PostgresUsageLedger } from 'nestjs-claude/postgres';
import { Pool } from 'pg';
import { systemClock } from '../../libs/claude/src/call/clock.js';
import {
  reconcileCommand,
  RECONCILE_EXIT,
} from '../../libs/claude/src/cost/reconciliation/command/reconcile-command.js';
import { bootClaude, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';
import { PostgresServer } from '../support/postgres-server.js';
import { ADMIN_KEY, DAY_MS, strangerAt } from './support.js';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  // Today is over for good, so that what was used today counts.
  const clock = { ...systemClock, wall: () => systemClock.wall() + DAY_MS };
  const code = await reconcileCommand(['reconcile', ...args], { output, errors }, { env, clock });
  return { code, out: String(output.read() ?? ''), err: String(errors.read() ?? '') };
}

describe('nestjs-claude reconcile', () => {
  let postgres: PostgresServer;
  let pool: Pool;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'reconcile-'));
    postgres = await PostgresServer.start();
    pool = new Pool({ connectionString: postgres.url });
    await migrate(pool);
  }, 90_000);
  afterAll(async () => {
    await pool.end();
    await postgres.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** A gateway that has used something, and what the command is told of it. */
  async function used(): Promise<{ readonly app: ClaudeHarness; readonly env: Readonly<Record<string, string>> }> {
    const store = new PostgresUsageLedger({ pool, journal: { directory } });
    await store.open();
    const app = await bootClaude({ cost: { ledger: { store } } }, { adminKeys: [ADMIN_KEY] });
    await app.claude.messages.create(PARAMS);
    await app.costs.flush();
    await store.close();
    return {
      app,
      env: { DATABASE_URL: postgres.url, ANTHROPIC_ADMIN_API_KEY: ADMIN_KEY, ANTHROPIC_BASE_URL: app.sim.url },
    };
  }

  it('ends with 0 where ledger and bill agree, and with 3 where they do not', async () => {
    const { app, env } = await used();
    const agreed = await run([], env);
    expect(agreed).toMatchObject({ code: RECONCILE_EXIT.ok, err: '' });
    expect(agreed.out).toMatch(
      /ledger {2}0\.\d{9} USD {2}inputTokens \d+, outputTokens \d+\n[^]*Nothing differs that counts\.\n$/,
    );
    await strangerAt(app).messages.create(PARAMS);
    const differing = await run([], env);
    expect(differing.code).toBe(RECONCILE_EXIT.differs);
    expect(differing.out).toMatch(
      /model claude-haiku-5-5 {2}missing-here {2}0\.\d{9} USD[^]*Ledger and bill differ\.\n$/,
    );
    expect((await run(['--tolerance-usd', '1'], env)).code).toBe(RECONCILE_EXIT.ok);
    const json = await run(['--json', '--workspace', 'default='], env);
    expect(json.code).toBe(RECONCILE_EXIT.differs);
    expect(JSON.parse(json.out)).toMatchObject({
      isBalanced: false,
      differences: [
        {
          by: 'model',
          name: PARAMS.model,
          workspace: '',
          kind: 'missing-here',
          ledger: { outputTokens: expect.any(Number) as number },
        },
      ],
    });
    const apart = await run(['--workspace', 'default='], env);
    expect(apart.out).toMatch(/model claude-haiku-5-5 {2}workspace \(default\) {2}missing-here {2}0/);
    for (const { out, err } of [agreed, differing, json]) expect(out + err).not.toContain(ADMIN_KEY);
  }, 30_000);

  it('reads the key and the URL from files, and says what is wrong with them', async () => {
    const { env } = await used();
    const file = join(directory, 'secret');
    writeFileSync(file, `${ADMIN_KEY}\n`);
    const url = join(directory, 'url');
    writeFileSync(url, postgres.url);
    const { ANTHROPIC_ADMIN_API_KEY: _key, DATABASE_URL: _url, ...bare } = env;
    const inFiles = await run(['--admin-key-file', file], { ...bare, DATABASE_URL_FILE: url });
    expect([inFiles.out, inFiles.err]).toEqual([expect.stringContaining('  bill    0.0'), '']);
    const failures: [readonly string[], Readonly<Record<string, string>>, RegExp][] = [
      [[], bare, /^There is no key of the Admin API: set ANTHROPIC_ADMIN_API_KEY/],
      [[], { ...env, ANTHROPIC_ADMIN_API_KEY: 'sk-ant-api03-secret' }, /holds a key for calls/],
      [[], { ...env, ANTHROPIC_ADMIN_API_KEY: 'sk-ant-admin01-secret' }, /The Admin API refused the key .*\(401\)/],
      [['--admin-key-file', '/no/such/file'], env, /^--admin-key-file cannot be read \(ENOENT\)/],
      [[], { ...env, DATABASE_URL: '' }, /^DATABASE_URL must say where the ledger is/],
      [[], { ...env, DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/db' }, /^DATABASE_URL: .*cannot be reached/],
      [['--from', '2099-01-01'], env, /`period.from` must be before/],
    ];
    for (const [args, given, message] of failures) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, to see which fails
      const { code, err, out } = await run(args, given);
      expect([code, err]).toEqual([RECONCILE_EXIT.failed, expect.stringMatching(message)]);
      expect(err + out).not.toContain('secret');
    }
  }, 30_000);

  it.each([
    [['--from', '2026-02-30'], /`--from` must be a day/],
    [['--to', '2026-11-08'], /`--to` needs `--from`/],
    [['--tolerance-share', '2'], /`--tolerance-share` must be a number from 0 to 1/],
    [['--workspace', 'x'], /`--workspace` must be/],
    [['--days', '7'], /option that is not known/],
    [['sk-ant-admin01-on-the-line'], /Say `reconcile`/],
  ])('refuses %j with 2', async (args, message) => {
    const { code, err } = await run(args, {});
    expect([code, err]).toEqual([RECONCILE_EXIT.usage, expect.stringMatching(message)]);
    expect(err).not.toContain('on-the-line');
  });

  it('shows how it is used', async () => {
    expect(await run(['--help'], {})).toMatchObject({ code: 0, out: expect.stringMatching(/^Usage:/) as string });
  });
});
