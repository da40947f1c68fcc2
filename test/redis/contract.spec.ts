import { Cluster, Redis } from 'ioredis';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import { admissionStoreCases } from 'nestjs-claude/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisCluster } from '../support/redis-cluster.js';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';

const SERVERS = {
  'one server': async () => {
    const server = await RedisServer.start();
    return { server, client: new Redis(server.url) };
  },
  'a cluster': async () => {
    const server = await RedisCluster.start();
    return { server, client: new Cluster(server.hosts) };
  },
};

const describeRedis = hasRedisServer('the contract of the store in Redis') ? describe : describe.skip;

describeRedis.each(Object.entries(SERVERS))(
  'A store in Redis, on %s, keeps the contract of every store',
  (_, start) => {
    let there: Awaited<ReturnType<typeof start>>;

    beforeAll(async () => {
      there = await start();
    }, 60_000);

    afterAll(async () => {
      there.client.disconnect();
      await there.server.stop();
    });

    it.each(admissionStoreCases())('$name', async ({ run }) => {
      const store = new RedisAdmissionStore({ client: there.client });
      await expect(run({ store, advance: (ms) => sleep(ms + 1) })).resolves.toBeUndefined();
    });
  },
);
