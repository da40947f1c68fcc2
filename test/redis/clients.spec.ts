import { Cluster as Cluster6, Redis as IoRedis6 } from 'ioredis';
import { Cluster as Cluster5, Redis as IoRedis5 } from 'ioredis-5';
import { Cluster as ValkeyCluster, Redis as IoValkey } from 'iovalkey';
import { RedisAdmissionStore, type RedisClient } from 'nestjs-claude/redis';
import { createClient as createClient6, createCluster as createCluster6 } from 'redis';
import { createClient as createClient5, createCluster as createCluster5 } from 'redis-5';
import { budget, places, still } from '../../libs/claude/src/admission/contract/case-meters.js';
import { claimsOf } from '../../libs/claude/src/admission/contract/store-probe.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';

const describeRedis = hasRedisServer('the store in Redis with each client') ? describe : describe.skip;

/** A client that is connected, and how its user ends it. */
interface Connected {
  readonly client: RedisClient;
  end(): unknown;
}

const SINGLE: Record<string, (url: string) => Connected | Promise<Connected>> = {
  'ioredis 6': (url) => ended(new IoRedis6(url)),
  'ioredis 5': (url) => ended(new IoRedis5(url)),
  iovalkey: (url) => ended(new IoValkey(url)),
  'ioredis 6 with pipelines of its own': (url) => ended(new IoRedis6(url, { enableAutoPipelining: true })),
  'ioredis 6 with a prefix and numbers as texts': (url) =>
    ended(new IoRedis6(url, { keyPrefix: 'mine:', stringNumbers: true })),
  'node-redis 6': async (url) => closed(await createClient6({ url }).connect()),
  'node-redis 6 that speaks RESP 2': async (url) => closed(await createClient6({ url, RESP: 2 }).connect()),
  'node-redis 5': async (url) => closed(await createClient5({ url }).connect()),
  'node-redis 5 that speaks RESP 3': async (url) => closed(await createClient5({ url, RESP: 3 }).connect()),
};

const CLUSTERED: Record<string, (cluster: RedisCluster) => Connected | Promise<Connected>> = {
  'ioredis 6': ({ hosts }) => ended(new Cluster6(hosts)),
  'ioredis 5': ({ hosts }) => ended(new Cluster5(hosts)),
  iovalkey: ({ hosts }) => ended(new ValkeyCluster(hosts)),
  'node-redis 6': async ({ urls }) =>
    closed(await createCluster6({ rootNodes: urls.map((url) => ({ url })) }).connect()),
  'node-redis 5': async ({ urls }) =>
    closed(await createCluster5({ rootNodes: urls.map((url) => ({ url })) }).connect()),
};

function ended(client: RedisClient & { disconnect(): unknown }): Connected {
  return { client, end: () => client.disconnect() };
}

function closed(client: RedisClient & { destroy(): unknown }): Connected {
  return { client, end: () => client.destroy() };
}

const LEASE = { leaseMs: 60_000 };

/** What a call does with a store, and whatever else one may be asked. */
async function useIt(client: RedisClient, forget: () => void): Promise<void> {
  const store = new RedisAdmissionStore({ client });
  await store.start();
  const [rate, slots, money] = [still(), places(1), budget(100)];
  const claims = claimsOf([rate, 60], [slots, 1], [money, 60]);
  const lease = await store.acquire(claims, LEASE);
  if (!lease.granted) throw new Error('It is granted.');
  forget();
  expect(await store.acquire(claims, LEASE)).toMatchObject({
    granted: false,
    reason: 'spent',
    waitMs: null,
    standings: [{ outstanding: 60 }, { level: 0 }, { level: 40 }],
  });
  await store.observe(
    [
      { meter: rate, remaining: 30, limit: 90 },
      { meter: slots, closed: { forMs: 5_000, by: 'pause' } },
    ],
    lease,
  );
  await store.renew([lease], 90_000);
  await store.settle(lease, [20, 1, 30]);
  const [ofRate, ofSlots, ofMoney] = await store.standing([rate, slots, money]);
  expect(ofRate).toMatchObject({ level: expect.closeTo(70, 0), outstanding: 0, learnedLimit: 90 });
  expect(ofSlots).toMatchObject({ level: 1, closedBy: 'pause', closedForMs: expect.any(Number) });
  expect(ofMoney).toMatchObject({ level: 70, outstanding: 0 });
  await store.keep('note', 'naïve — ✓', 60_000);
  expect(await store.take('note')).toBe('naïve — ✓');
  expect(await store.take('note')).toBeNull();
}

describeRedis('A store in Redis, on one server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  it.each(Object.entries(SINGLE))('is used with a client of %s', async (_, connect) => {
    const { client, end } = await connect(server.url);
    try {
      const forget = (): void => void server.command('script', 'flush');
      await expect(useIt(client, forget)).resolves.toBeUndefined();
    } finally {
      end();
    }
  });
});

describeRedis('A store in Redis, on a cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
  }, 60_000);
  afterAll(() => cluster.stop());

  it.each(Object.entries(CLUSTERED))('is used with a client of %s', async (_, connect) => {
    const { client, end } = await connect(cluster);
    try {
      const forget = (): void => {
        for (const node of cluster.nodes) node.command('script', 'flush');
      };
      await expect(useIt(client, forget)).resolves.toBeUndefined();
    } finally {
      end();
    }
  });
});
