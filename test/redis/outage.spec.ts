import { Cluster, Redis } from 'ioredis';
import type { ClaudeModuleOptions } from 'nestjs-claude';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/claude-harness.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';
import { RECOVERS_WITHIN_MS, Replicas } from './replicas.js';
import { SlowWay } from './slow-way.js';

const describeRedis = hasRedisServer('what happens while Redis is away') ? describe : describe.skip;

describeRedis('Calls while Redis is', () => {
  let ends: (() => unknown)[] = [];
  let server: RedisServer;
  let replicas: Replicas | null;

  beforeEach(async () => {
    ends = [];
    replicas = null;
    await start();
  });

  afterEach(async () => {
    await replicas?.end();
    for (const end of ends.toReversed()) await end();
    await server.stop();
  });

  async function start(args: readonly string[] = []): Promise<void> {
    server = await RedisServer.start({ args });
  }

  async function call(
    claude: ClaudeModuleOptions = {},
    connect = (): Redis | Cluster => new Redis(server.url),
  ): Promise<Replicas> {
    replicas = await Replicas.start(connect, claude);
    return replicas;
  }

  it('stopped go on, each process with its share, and Redis has nothing held or missed afterwards', async () => {
    const calling = await call({
      cost: { budgets: [{ name: 'soft', limitUsd: 1_000, window: 'month', mode: 'soft' }] },
    });
    const known = (): (number | undefined)[] => calling.harnesses.map(({ limiter }) => limiter.storeStats?.replicas);
    await eventually(() => known().every((count) => count === 2), 'each knew of the other');
    server.pause();
    await calling.untilAway();
    expect(calling.harnesses.map(({ health }) => health.check().rules.store)).toMatchObject([
      { status: 'degraded', mode: 'local' },
      { status: 'degraded', mode: 'local' },
    ]);
    await calling.untilCalled(48);
    server.resume();
    await calling.untilBack();
    await calling.expectAllWell();
    const [one] = calling.harnesses;
    const status = await one.budgets.get('soft');
    expect(status?.spentUsd).toBeCloseTo(calling.spentUsd, 9);
    expect(calling.events.slice(0, 2)).toEqual(['store-failed', 'store-recovered']);
  });

  it('killed and started again keep to a hard budget, are counted exactly, and are refused meanwhile', async () => {
    await server.stop();
    const directory = mkdtempSync(join(tmpdir(), 'redis-kept-'));
    const kept = ['--dir', directory, '--appendonly', 'yes', '--appendfsync', 'always'];
    ends.push(() => rmSync(directory, { recursive: true, force: true }));
    await start(kept);
    const limitUsd = 1_000;
    const calling = await call({ cost: { budgets: [{ name: 'hard', limitUsd, window: 'month' }] } });
    const { port } = server;
    await server.stop();
    await calling.untilAway();
    const awayAtMs = performance.now();
    await sleep(1_000);
    expect(Object.keys(calling.crowd.outcomes(awayAtMs + 500))).toEqual(['store_unavailable']);
    server = await RedisServer.start({ port, args: kept });
    await calling.untilBack();
    await calling.expectAllWell(['store_unavailable']);
    const status = await calling.harnesses[0].budgets.get('hard');
    expect(status).toMatchObject({ reservedUsd: 0, limitUsd });
    expect(status?.spentUsd).toBeCloseTo(calling.spentUsd, 9);
  });

  it('emptied (FLUSHALL) go on at once, and what is under way is counted in what is new', async () => {
    const calling = await call({ cost: { budgets: [{ name: 'hard', limitUsd: 1_000, window: 'month' }] } });
    const spentBefore = calling.spentUsd;
    server.command('FLUSHALL');
    await calling.untilCalled(48);
    server.command('SCRIPT', 'FLUSH');
    await calling.untilBack();
    await calling.expectAllWell();
    const status = await calling.harnesses[0].budgets.get('hard');
    const spentSince = calling.spentUsd - spentBefore;
    // What ended while the server was being emptied is counted on one side of that or the other.
    expect(status?.spentUsd).toBeGreaterThan(spentSince * 0.8);
    expect(status?.spentUsd).toBeLessThanOrEqual(calling.spentUsd);
  });

  it('two seconds late do not wait for it, and what it grants late is settled', async () => {
    const way = await SlowWay.open(server.port);
    ends.push(() => way.close());
    const calling = await call(
      { cost: { budgets: [{ name: 'soft', limitUsd: 1_000, window: 'month', mode: 'soft' }] } },
      () => new Redis(way.url),
    );
    way.delayMs = 1_000;
    await calling.untilAway();
    const slowAtMs = performance.now();
    await sleep(3_000);
    const late = calling.crowd.ended.filter(({ endedAtMs }) => endedAtMs > slowAtMs);
    // Left alone, it costs calls nothing: only those that look whether it is back wait, and no longer than they may.
    expect(late.filter(({ tookMs }) => tookMs > 1_000).length).toBeLessThan(late.length / 10);
    way.delayMs = 0;
    await calling.untilBack();
    await calling.expectAllWell();
    const status = await calling.harnesses[0].budgets.get('soft');
    expect(status?.spentUsd).toBeCloseTo(calling.spentUsd, 9);
  });

  it('failing over within a cluster go on with their shares until there is a new master', async () => {
    const cluster = await RedisCluster.start({ replicas: 1 });
    ends.push(() => cluster.stop());
    // A replica that has never been in step takes nothing over.
    const isInStep = (node: RedisServer): boolean =>
      /role:master|link_status:up/.test(node.command('info', 'replication'));
    await eventually(() => cluster.nodes.every(isInStep), 'every replica was in step', 20_000);
    const calling = await call({}, () => new Cluster(cluster.hosts));
    // Where the requests of the model class are kept: losing that master stops every decision about them.
    const lost = cluster.nodes.find((node) => node.command('KEYS', '*').includes(':default}:meters'));
    await lost?.stop();
    await calling.untilAway();
    await calling.untilCalled(24);
    const survivor = cluster.nodes.find((node) => node !== lost);
    const masters = (): number =>
      (survivor?.command('cluster', 'nodes') ?? '').match(/ (?:myself,)?master - /g)?.length ?? 0;
    const isBelievedLost = (): boolean => / master,fail /.test(survivor?.command('cluster', 'nodes') ?? '');
    const isUp = (): boolean => survivor?.command('cluster', 'info').includes('cluster_state:ok') === true;
    await eventually(() => isBelievedLost() && masters() === 3 && isUp(), 'another node took over', 20_000);
    await calling.untilBack();
    await calling.expectAllWell();
  }, 60_000);

  it('gone while a hard budget runs out never spend more than it allows', async () => {
    const limitUsd = 0.008;
    const calling = await call({ cost: { budgets: [{ name: 'hard', limitUsd, window: 'month' }] } });
    server.pause();
    await calling.untilAway();
    await sleep(500);
    server.resume();
    await eventually(() => calling.modes.includes('shared'), 'Redis decides again', RECOVERS_WITHIN_MS);
    const backAtMs = performance.now();
    await eventually(() => 'budget_exceeded' in calling.crowd.outcomes(backAtMs), 'the budget ran out', 10_000);
    await calling.expectAllWell(['store_unavailable', 'budget_exceeded']);
    expect(calling.spentUsd).toBeLessThanOrEqual(limitUsd);
    // Nothing was sent that has no record, and so no part in that.
    const billed = calling.harnesses.flatMap(({ sim }) => sim.billed.messages);
    expect(billed).toHaveLength(calling.crowd.outcomes()['succeeded'] ?? NaN);
  });
});
