import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainStartFailure } from '../../src/errors/start-failure.js';
import { startGateway, type Gateway } from '../../src/gateway.js';
import { readSettings } from '../../src/settings.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer } from '../support/redis-server.js';
import { ADMIN, afterTest, eventually, gatewayFor, HELLO, KEY, send, sendToAdmin, startSimulator } from './support.js';

type Environment = Readonly<Record<string, string>>;

const PASSWORD = 'pass-of-redis-0123456789';

/** What the process prints before it exits with 1; fails where it starts. */
async function failureOf(env: Environment): Promise<string> {
  try {
    const settings = readSettings({ PORT: '0', LOG_LEVEL: 'off', ANTHROPIC_API_KEY: KEY, ...env });
    const gateway = await startGateway(settings, () => undefined);
    await gateway.close();
  } catch (error) {
    return explainStartFailure(error);
  }
  throw new Error('It started.');
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'gateway-stores-'));
  afterTest(async () => rmSync(path, { recursive: true, force: true }));
  return path;
}

function secretFile(text: string): string {
  const file = join(directory(), 'secret');
  writeFileSync(file, `${text}\n`);
  return file;
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

async function healthOf(
  gateway: Gateway,
): Promise<{ status: string; rules: Record<string, { status: string; kind?: string }> }> {
  return JSON.parse((await send(gateway, '/health')).text) as Awaited<ReturnType<typeof healthOf>>;
}

const ask = (gateway: Gateway): ReturnType<typeof send> => send(gateway, '/v1/messages', { body: HELLO });

describe('A variable that cannot be accepted ends the start with one line that names it', () => {
  it.each<[string, Environment, RegExp]>([
    ['no URL', { REDIS_URL: 'localhost' }, /REDIS_URL must be a URL such as redis:/],
    ['another protocol', { REDIS_URL: 'http://:secret@127.0.0.1' }, /REDIS_URL must be a URL such as redis:/],
    ['no URL', { DATABASE_URL: 'secret' }, /DATABASE_URL must be a URL such as postgres:/],
    [
      'a word',
      { DATABASE_URL: 'postgres://h/d', DATABASE_MIGRATE: 'yes' },
      /DATABASE_MIGRATE must be on-start or never/,
    ],
    ['nothing to migrate', { DATABASE_MIGRATE: 'on-start' }, /DATABASE_MIGRATE does nothing without DATABASE_URL/],
    ['nothing to wait for', { LEDGER_JOURNAL_DIR: '/tmp' }, /LEDGER_JOURNAL_DIR does nothing without DATABASE_URL/],
    ['no such file', { REDIS_URL_FILE: '/no/such/file' }, /REDIS_URL_FILE cannot be read \(ENOENT\)/],
    [
      'two',
      { ADMIN_PORT: '0', ADMIN_TOKEN: 'secret', ADMIN_TOKEN_FILE: 'x' },
      /ADMIN_TOKEN and ADMIN_TOKEN_FILE are both/,
    ],
    ['two keys', { ANTHROPIC_API_KEY_FILE: '/x' }, /ANTHROPIC_API_KEY_FILE and ANTHROPIC_API_KEY are both set/],
  ])('%s: %j', async (_, env, line) => {
    const failure = await failureOf(env);
    expect(failure).toMatch(line);
    expect(failure).not.toContain('\n');
    expect(failure).not.toContain('secret');
  });

  it('a server that nobody reaches', async () => {
    const port = await closedPort();
    const redis = await failureOf({ REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${port}` });
    expect(redis).toMatch(/REDIS_URL: .*cannot be reached.* Correct REDIS_URL, or unset it\.$/);
    const postgres = await failureOf({ DATABASE_URL: `postgres://me:${PASSWORD}@127.0.0.1:${port}/db` });
    expect(postgres).toMatch(/DATABASE_URL: .*cannot be reached.* Correct DATABASE_URL, or unset it\.$/);
    expect(redis + postgres).not.toContain(PASSWORD);
  }, 30_000);
});

describe('With REDIS_URL', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start({ password: PASSWORD });
  }, 30_000);
  afterAll(() => redis.stop());

  it('limits and budgets are those of all gateways', async () => {
    const sim = await startSimulator();
    const claude = { cost: { budgets: [{ name: 'all', limitUsd: 1, window: 'month' as const }] } };
    const [one, other] = [
      await gatewayFor(sim.url, claude, { REDIS_URL_FILE: secretFile(redis.url) }),
      await gatewayFor(sim.url, claude, { REDIS_URL: redis.url, ...ADMIN }),
    ];
    expect((await ask(one)).status).toBe(200);
    await eventually(() => sim.billed.totals.messages === 1);
    const spent = async (): Promise<number> =>
      (JSON.parse((await sendToAdmin(other, '/budgets')).text) as [{ spentUsd: number }])[0].spentUsd;
    const deadline = performance.now() + 5_000;
    // oxlint-disable-next-line no-await-in-loop -- polling is the point
    while ((await spent()) === 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await spent()).toBeGreaterThan(0);
    expect((await healthOf(one)).rules['store']).toMatchObject({ status: 'up', kind: 'own' });
  }, 30_000);

  it('a wrong password ends the start, and is not printed', async () => {
    const failure = await failureOf({ REDIS_URL: redis.url.replace(PASSWORD, 'wrong-password') });
    expect(failure).toMatch(/REDIS_URL: .*password/);
    expect(failure).not.toContain('wrong-password');
    const none = await failureOf({ REDIS_URL: redis.url.replace(`:${PASSWORD}@`, '') });
    expect(none).toMatch(/REDIS_URL: .*password/);
  }, 30_000);

  it('its connection ends with the gateway', async () => {
    const sim = await startSimulator();
    const before = connections(redis);
    const gateway = await gatewayFor(sim.url, {}, { REDIS_URL: redis.url });
    expect(connections(redis)).toBe(before + 1);
    await gateway.close();
    await eventually(() => connections(redis) === before, 5_000);
  }, 30_000);
});

/** How many clients there are, that which asks not counted. */
function connections(server: RedisServer): number {
  return server.command('CLIENT', 'LIST', 'TYPE', 'normal').split('\n').length - 1;
}

describe('With DATABASE_URL', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await PostgresServer.start();
  }, 90_000);
  afterAll(() => postgres.close());

  it('missing tables end the start, unless it may make them; then the ledger is that of all gateways', async () => {
    const env = { DATABASE_URL: postgres.url, LEDGER_JOURNAL_DIR: directory() };
    expect(await failureOf(env)).toMatch(/DATABASE_URL: .*`npx nestjs-claude migrate`.* Correct DATABASE_URL/);
    const sim = await startSimulator();
    const one = await gatewayFor(sim.url, {}, { ...env, DATABASE_MIGRATE: 'on-start' });
    const other = await gatewayFor(sim.url, {}, { ...env, ...ADMIN });
    expect((await ask(one)).status).toBe(200);
    const requests = async (): Promise<number> =>
      (JSON.parse((await sendToAdmin(other, '/usage/summary')).text) as { requests: number }).requests;
    const deadline = performance.now() + 10_000;
    // oxlint-disable-next-line no-await-in-loop -- polling is the point
    while ((await requests()) === 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await requests()).toBe(1);
    expect((await healthOf(one)).rules['ledger']).toEqual({
      status: 'up',
      kind: 'own',
      awayForMs: null,
      journalBytes: 0,
    });
    // What was used a moment ago is written before the gateway is gone.
    expect((await ask(one)).status).toBe(200);
    await one.close();
    expect(await requests()).toBe(2);
    const rows = async (): Promise<number> => Number((await postgres.run<{ count: string }>(CONNECTED))[0]?.count);
    await other.close();
    await eventuallyAsync(async () => (await rows()) === 0);
  }, 60_000);

  it('a wrong password ends the start, and is not printed', async () => {
    const url = new URL(postgres.url);
    url.password = 'wrong-password';
    const failure = await failureOf({ DATABASE_URL: url.href, LEDGER_JOURNAL_DIR: directory() });
    expect(failure).toMatch(/DATABASE_URL: .*refuses the user or the password/);
    expect(failure).not.toContain('wrong-password');
    url.password = new URL(postgres.url).password;
    url.pathname = '/nowhere';
    expect(await failureOf({ DATABASE_URL: url.href })).toMatch(/DATABASE_URL: .*no database of that name/);
  }, 30_000);
});

const CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'nestjs-claude-gateway'";

async function eventuallyAsync(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000;
  // oxlint-disable-next-line no-await-in-loop -- polling is the point
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`This did not come true: ${holds.toString()}`);
    // oxlint-disable-next-line no-await-in-loop -- polling is the point
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}

describe('Without either', () => {
  it('each process counts for itself, as health says', async () => {
    const sim = await startSimulator();
    const { rules } = await healthOf(await gatewayFor(sim.url));
    expect([rules['store'], rules['ledger']]).toMatchObject([
      { status: 'up', kind: 'memory' },
      { status: 'up', kind: 'memory' },
    ]);
  });
});

describe('A secret in a file', () => {
  it('is that of the variable without _FILE', async () => {
    const sim = await startSimulator({ apiKeys: ['sk-ant-from-a-file'] });
    const file = secretFile('sk-ant-from-a-file');
    chmodSync(file, 0o400);
    const settings = readSettings({
      PORT: '0',
      LOG_LEVEL: 'off',
      ANTHROPIC_API_KEY_FILE: file,
      ANTHROPIC_BASE_URL: sim.url,
      ADMIN_PORT: '0',
      ADMIN_TOKEN_FILE: secretFile(ADMIN.ADMIN_TOKEN),
    });
    expect(settings).toMatchObject({ hasKey: true, admin: { token: ADMIN.ADMIN_TOKEN } });
    const claude = { ...settings.claude, baseURL: sim.url };
    const gateway = await startGateway({ ...settings, claude }, () => undefined);
    afterTest(() => gateway.close());
    expect((await ask(gateway)).status).toBe(200);
  });
});
