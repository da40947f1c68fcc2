import { Cluster, Redis } from 'ioredis';
import type { ClaudeModuleOptions, StoreEvent } from 'nestjs-claude';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootClaude, eventually, type ClaudeHarness } from '../support/claude-harness.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';
import { Crowd } from './crowd.js';
import { SlowWay } from './slow-way.js';

const describeRedis = hasRedisServer('what happens while Redis is away') ? describe : describe.skip;

/** What is promised: as long after it is back, Redis decides again. */
const RECOVERS_WITHIN_MS = 10_000;

/** No call takes longer, whatever happens to Redis: far less than anybody could call hanging, on a busy machine too. */
const LONGEST_CALL_MS = 5_000;

const LIMITS = { requestsPerMinute: 60_000, tokensPerMinute: 60_000_000 } as const;

describeRedis('Calls while Redis is', () => {
  let ends: (() => unknown)[] = [];
  let server: RedisServer;
  let crowd: Crowd;
  let harnesses: readonly ClaudeHarness[];
  let events: StoreEvent['type'][];

  beforeEach(async () => {
    ends = [];
    await start();
  });

  afterEach(async () => {
    await crowd.stop();
    await Promise.all(harnesses.map((harness) => harness.close()));
    for (const end of ends.toReversed()) await end();
    await server.stop();
  });

  async function start(args: readonly string[] = []): Promise<void> {
    server = await RedisServer.start({ args });
  }

  /** Two processes' worth of the module, which share what Redis keeps, and a crowd that calls. */
  async function call(
    claude: ClaudeModuleOptions = {},
    connect = (): Redis | Cluster => new Redis(server.url),
  ): Promise<void> {
    const boot = async (): Promise<ClaudeHarness> => {
      const client = connect();
      client.on('error', () => undefined);
      ends.push(() => client.disconnect());
      return bootClaude({ store: new RedisAdmissionStore({ client }), rateLimit: LIMITS, log: false, ...claude });
    };
    const [one, two] = [await boot(), await boot()];
    harnesses = [one, two];
    events = [];
    one.limiter.storeEvents.subscribe(({ type }) => events.push(type));
    crowd = new Crowd(harnesses, 12);
    await eventually(() => crowd.ended.length > 24, 'calls were made', 10_000);
    expect(crowd.outcomes()).toHaveProperty('succeeded');
  }

  const modes = (): (string | undefined)[] => harnesses.map(({ limiter }) => limiter.storeStats?.mode);

  async function untilAway(): Promise<void> {
    await eventually(() => modes().every((mode) => mode === 'local'), 'it was noticed', 10_000);
  }

  /** Both go by Redis again, in time, and calls go on succeeding. */
  async function untilBack(): Promise<void> {
    const backAtMs = performance.now();
    await eventually(() => modes().every((mode) => mode === 'shared'), 'Redis decides again', RECOVERS_WITHIN_MS);
    const before = crowd.ended.length;
    await eventually(() => crowd.ended.length > before + 24, 'calls went on', RECOVERS_WITHIN_MS);
    expect(performance.now() - backAtMs).toBeLessThan(RECOVERS_WITHIN_MS);
    await eventually(() => modes().every((mode) => mode === 'shared'), 'it stayed so', 5_000);
  }

  /** The crowd is done: nothing hung, nothing failed that may not, and nothing is held. */
  async function expectAllWell(allowed: readonly string[] = []): Promise<void> {
    await crowd.stop();
    expect(crowd.longestMs).toBeLessThan(LONGEST_CALL_MS);
    expect(Object.keys(crowd.outcomes()).filter((outcome) => !['succeeded', ...allowed].includes(outcome))).toEqual([]);
    const look = async (): Promise<number> => {
      const snapshots = await Promise.all(harnesses.map(({ limiter }) => limiter.snapshot()));
      const limits = snapshots.flatMap((snapshot) => snapshot.limits);
      const budgets = await Promise.all(harnesses.map((harness) => harness.budgets.list()));
      return [
        ...limits.flatMap(({ requests, tokens, concurrent }) =>
          [requests, tokens, concurrent].map((limit) => limit?.outstanding ?? 0),
        ),
        ...budgets.flat().map(({ reservedUsd }) => reservedUsd),
        ...harnesses.map(({ limiter }) => limiter.storeStats?.journal ?? NaN),
      ].reduce((sum, each) => sum + each, 0);
    };
    const untilMs = performance.now() + 5_000;
    let held = await look();
    while (held > 0 && performance.now() < untilMs) {
      await sleep(20);
      held = await look();
    }
    expect(held).toBe(0);
  }

  const spentUsd = (): number =>
    harnesses.flatMap(({ records }) => records).reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0) / 1e9;

  it('stopped go on, each process with its share, and Redis has nothing held or missed afterwards', async () => {
    await call({ cost: { budgets: [{ name: 'soft', limitUsd: 1_000, window: 'month', mode: 'soft' }] } });
    server.pause();
    await untilAway();
    expect(harnesses.map(({ limiter }) => limiter.storeStats?.replicas)).toEqual([2, 2]);
    expect(harnesses.map(({ health }) => health.check().rules.store)).toMatchObject([
      { status: 'degraded', mode: 'local' },
      { status: 'degraded', mode: 'local' },
    ]);
    const before = crowd.ended.length;
    await eventually(() => crowd.ended.length > before + 48, 'calls went on', 10_000);
    server.resume();
    await untilBack();
    await expectAllWell();
    const [one] = harnesses;
    const status = await one?.budgets.get('soft');
    expect(status?.spentUsd).toBeCloseTo(spentUsd(), 9);
    expect(events.slice(0, 2)).toEqual(['store-failed', 'store-recovered']);
  });

  it('killed and started again keep to a hard budget, are counted exactly, and are refused meanwhile', async () => {
    await server.stop();
    const directory = mkdtempSync(join(tmpdir(), 'redis-kept-'));
    const kept = ['--dir', directory, '--appendonly', 'yes', '--appendfsync', 'always'];
    ends.push(() => rmSync(directory, { recursive: true, force: true }));
    await start(kept);
    const limitUsd = 1_000;
    await call({ cost: { budgets: [{ name: 'hard', limitUsd, window: 'month' }] } });
    const { port } = server;
    await server.stop();
    await untilAway();
    const awayAtMs = performance.now();
    await sleep(1_000);
    expect(Object.keys(crowd.outcomes(awayAtMs + 500))).toEqual(['store_unavailable']);
    server = await RedisServer.start({ port, args: kept });
    await untilBack();
    await expectAllWell(['store_unavailable']);
    const status = await harnesses[0]?.budgets.get('hard');
    expect(status).toMatchObject({ reservedUsd: 0, limitUsd });
    expect(status?.spentUsd).toBeCloseTo(spentUsd(), 9);
  });

  it('emptied (FLUSHALL) go on at once, and what is under way is counted in what is new', async () => {
    await call({ cost: { budgets: [{ name: 'hard', limitUsd: 1_000, window: 'month' }] } });
    const spentBefore = spentUsd();
    server.command('FLUSHALL');
    const before = crowd.ended.length;
    await eventually(() => crowd.ended.length > before + 48, 'calls went on', 10_000);
    server.command('SCRIPT', 'FLUSH');
    await untilBack();
    await expectAllWell();
    const status = await harnesses[0]?.budgets.get('hard');
    const spentSince = spentUsd() - spentBefore;
    // What ended while the server was being emptied is counted on one side of that or the other.
    expect(status?.spentUsd).toBeGreaterThan(spentSince * 0.8);
    expect(status?.spentUsd).toBeLessThanOrEqual(spentUsd());
  });

  it('two seconds late do not wait for it, and what it grants late is settled', async () => {
    const way = await SlowWay.open(server.port);
    ends.push(() => way.close());
    await call(
      { cost: { budgets: [{ name: 'soft', limitUsd: 1_000, window: 'month', mode: 'soft' }] } },
      () => new Redis(way.url),
    );
    way.delayMs = 1_000;
    await untilAway();
    const slowAtMs = performance.now();
    await sleep(3_000);
    const late = crowd.ended.filter(({ endedAtMs }) => endedAtMs > slowAtMs);
    // Left alone, it costs calls nothing: only those that look whether it is back wait, and no longer than they may.
    expect(late.filter(({ tookMs }) => tookMs > 1_000).length).toBeLessThan(late.length / 10);
    way.delayMs = 0;
    await untilBack();
    await expectAllWell();
    const status = await harnesses[0]?.budgets.get('soft');
    expect(status?.spentUsd).toBeCloseTo(spentUsd(), 9);
  });

  it('failing over within a cluster go on with their shares until there is a new master', async () => {
    const cluster = await RedisCluster.start({ replicas: 1 });
    ends.push(() => cluster.stop());
    // A replica that has never been in step takes nothing over.
    const isInStep = (node: RedisServer): boolean =>
      /role:master|link_status:up/.test(node.command('info', 'replication'));
    await eventually(() => cluster.nodes.every(isInStep), 'every replica was in step', 20_000);
    await call({}, () => new Cluster(cluster.hosts));
    // Where the requests of the model class are kept: losing that master stops every decision about them.
    const lost = cluster.nodes.find((node) => node.command('KEYS', '*').includes(':default}:meters'));
    await lost?.stop();
    await untilAway();
    const before = crowd.ended.length;
    await eventually(() => crowd.ended.length > before + 24, 'calls went on', 10_000);
    const survivor = cluster.nodes.find((node) => node !== lost);
    const masters = (): number =>
      (survivor?.command('cluster', 'nodes') ?? '').match(/ (?:myself,)?master - /g)?.length ?? 0;
    const isBelievedLost = (): boolean => / master,fail /.test(survivor?.command('cluster', 'nodes') ?? '');
    const isUp = (): boolean => survivor?.command('cluster', 'info').includes('cluster_state:ok') === true;
    await eventually(() => isBelievedLost() && masters() === 3 && isUp(), 'another node took over', 20_000);
    await untilBack();
    await expectAllWell();
  }, 60_000);

  it('gone while a hard budget runs out never spend more than it allows', async () => {
    const limitUsd = 0.008;
    await call({ cost: { budgets: [{ name: 'hard', limitUsd, window: 'month' }] } });
    server.pause();
    await untilAway();
    await sleep(500);
    server.resume();
    await eventually(() => modes().includes('shared'), 'Redis decides again', RECOVERS_WITHIN_MS);
    const backAtMs = performance.now();
    await eventually(() => 'budget_exceeded' in crowd.outcomes(backAtMs), 'the budget ran out', 10_000);
    await expectAllWell(['store_unavailable', 'budget_exceeded']);
    expect(spentUsd()).toBeLessThanOrEqual(limitUsd);
    // Nothing was sent that has no record, and so no part in that.
    const billed = harnesses.flatMap(({ sim }) => sim.billed.messages);
    expect(billed).toHaveLength(crowd.outcomes()['succeeded'] ?? NaN);
  });
});
