import { Redis } from 'ioredis';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import { admissionStoreCases } from 'nestjs-claude/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';

const describeRedis = hasRedisServer('the contract of the store in Redis') ? describe : describe.skip;

describeRedis('A store in Redis keeps the contract of every store', () => {
  let server: RedisServer;
  let client: Redis;

  beforeAll(async () => {
    server = await RedisServer.start();
    client = new Redis(server.url);
  });

  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  it.each(admissionStoreCases())('$name', async ({ run }) => {
    const store = new RedisAdmissionStore({ client });
    await expect(run({ store, advance: (ms) => sleep(ms + 1) })).resolves.toBeUndefined();
  });
});
