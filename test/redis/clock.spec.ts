import { Redis } from 'ioredis';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import { setTimeout as sleep } from 'node:timers/promises';
import { budget, flowing, places } from '../../libs/claude/src/admission/contract/case-meters.js';
import { claimsOf } from '../../libs/claude/src/admission/contract/store-probe.js';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';
import { hasServerClock, ServerClock } from '../support/server-clock.js';
import { Replicas } from './replicas.js';

const LEFT_OUT = 'what happens when the clock of Redis is set';
const describeRedis = hasRedisServer(LEFT_OUT) && hasServerClock(LEFT_OUT) ? describe : describe.skip;

const HOUR_MS = 3_600_000;

/** Low enough that the callers have to wait: 50 calls at once, and 20 a second. */
const LIMITS = { requestsPerMinute: 1_200, tokensPerMinute: 60_000_000, burst: { requests: 50 }, safety: 1 } as const;
const PER_MS = LIMITS.requestsPerMinute / 60_000;

/** A machine that was busy notes the time of a call late. */
const LATE_MS = 500;

describeRedis('When the clock of Redis is set in mid-load', () => {
  let clock: ServerClock;
  let server: RedisServer;
  let replicas: Replicas | null;

  beforeEach(async () => {
    replicas = null;
    clock = new ServerClock();
    server = await RedisServer.start({ clock });
  });

  afterEach(async () => {
    await replicas?.end();
    await server.stop();
    clock.close();
  });

  const start = async (): Promise<Replicas> => {
    replicas = await Replicas.start(() => new Redis(server.url), {
      rateLimit: LIMITS,
      cost: { budgets: [{ name: 'hard', limitUsd: 1_000, window: 'month' }] },
      // Only the limits are looked at: on a busy machine the store may be late for other reasons.
      storeOutage: { answerWithinMs: 15_000 },
    });
    return replicas;
  };

  const sent = ({ harnesses }: Replicas): number => harnesses.reduce((sum, { sim }) => sum + sim.requests.length, 0);

  /** Requests that may still be sent without waiting, or are about to be. */
  const unused = async ({ harnesses: [one] }: Replicas): Promise<number> => {
    const { limits } = await one.limiter.snapshot();
    return limits.reduce((sum, { requests }) => sum + requests.level + requests.outstanding, 0);
  };

  it.each([
    ['forwards by hours', 3 * HOUR_MS, 1],
    ['back by hours', -3 * HOUR_MS, 0],
    ['forwards by a day', 24 * HOUR_MS, 1],
    ['back by a day', -24 * HOUR_MS, 0],
  ])('%s, calls go on, limits hold but for a burst, and budgets are exact', async (_, byMs, bursts) => {
    const calling = await start();
    const [before, atMs, left] = [sent(calling), performance.now(), await unused(calling)];
    clock.move(byMs);
    await calling.untilCalled(70 + bursts * LIMITS.burst.requests);
    const flowed = PER_MS * (performance.now() - atMs + LATE_MS);
    expect(sent(calling) - before).toBeLessThanOrEqual(left + bursts * LIMITS.burst.requests + flowed);
    await calling.untilBack();
    await calling.expectAllWell();
    const status = await calling.harnesses[0].budgets.get('hard');
    expect(status).toMatchObject({ reservedUsd: 0, spentUsd: expect.closeTo(calling.spentUsd, 9) });
  });

  it('again and again, no call hangs and nothing is held afterwards', async () => {
    const calling = await start();
    for (const hours of [5, -10, 30, -25, 1, -1]) {
      clock.move(hours * HOUR_MS);
      await calling.untilCalled(12);
    }
    await calling.untilBack();
    await calling.expectAllWell();
    const status = await calling.harnesses[0].budgets.get('hard');
    expect(status).toMatchObject({ reservedUsd: 0, spentUsd: expect.closeTo(calling.spentUsd, 9) });
  });

  it('with those of the processes, calls go on', async () => {
    const calling = await start();
    for (const hours of [1, -2, 1]) {
      for (const harness of calling.harnesses) harness.clock.setWall(hours * HOUR_MS);
      clock.move(-hours * HOUR_MS);
      await calling.untilCalled(24);
    }
    await calling.untilBack();
    await calling.expectAllWell();
    expect(calling.modes).toEqual(['shared', 'shared']);
  });

  it('back, a gate that the API closed opens in its time', async () => {
    const calling = await start();
    const headers = { 'retry-after': '1' };
    calling.harnesses[0].sim.onMessage().failWith({ kind: 'status', status: 429, headers }).once();
    await sleep(200);
    clock.move(-3 * HOUR_MS);
    await calling.untilBack();
    await calling.expectAllWell();
    const statuses = calling.harnesses[0].records.flatMap(({ attempts }) => attempts.map(({ status }) => status));
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });
});

describeRedis('A lease whose holder is gone, when the clock of Redis is set', () => {
  let clock: ServerClock;
  let server: RedisServer;
  let client: Redis;

  beforeAll(async () => {
    clock = new ServerClock(Date.UTC(2026, 0, 1));
    server = await RedisServer.start({ clock });
    client = new Redis(server.url);
  });

  afterAll(async () => {
    client.disconnect();
    await server.stop();
    clock.close();
  });

  it.each([
    ['forwards, has lapsed, and a settlement corrects it', HOUR_MS, 0],
    ['back, lasts longer by that', -HOUR_MS, HOUR_MS],
  ])('%s', async (_, byMs, longerMs) => {
    const store = new RedisAdmissionStore({ client });
    const [rate, seats, money] = [flowing(100), places(2), budget(100)];
    const lease = await store.acquire(claimsOf([rate, 60], [seats, 1], [money, 60]), { leaseMs: 120_000 });
    if (!lease.granted) throw new Error('It is granted.');
    clock.move(byMs);
    clock.move(longerMs);
    clock.move(119_000);
    const outstanding = async (): Promise<number[]> =>
      (await store.standing([rate, seats, money])).map((standing) => standing.outstanding);
    expect(await outstanding()).toEqual(byMs > 0 ? [0, 0, 0] : [60, 1, 60]);
    clock.move(2_000);
    expect(await outstanding()).toEqual([0, 0, 0]);
    const [, , counted] = await store.standing([rate, seats, money]);
    expect(counted).toMatchObject({ level: 40 });
    await store.settle(lease, [10, 1, 10]);
    const levels = (await store.standing([rate, seats, money])).map(({ level }) => level);
    expect(levels).toEqual([100, 2, 90]);
  });
});
