import { Redis } from 'ioredis';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import { bootClaude, eventually } from '../support/claude-harness.js';
import { limitsOf, WAYS } from '../support/limit-harness.js';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';

const describeRedis = hasRedisServer('calls with a store in Redis') ? describe : describe.skip;

/** As an application has it that cares for both; on a machine with much else to do, Redis may take its time. */
const OPTIONS = {
  storeOutage: { answerWithinMs: 15_000 },
  rateLimit: { requestsPerMinute: 60_000, tokensPerMinute: 10_000_000, maxConcurrent: 3 },
  cost: { budgets: [{ name: 'all', limitUsd: 1, window: 'day', mode: 'hard' }] },
} as const;

describeRedis('Two applications with one store in Redis', () => {
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

  async function heldComesTo(leases: number): Promise<void> {
    let held = -1;
    const look = async (): Promise<void> => {
      const expiring = await client.zrange('{nestjs-claude}:leases', '0', '-1');
      held = expiring.filter((what) => /^[![]/.test(what)).length;
    };
    await eventually(
      () => {
        void look();
        return held === leases;
      },
      `${leases} leases are held`,
      15_000,
    );
  }

  it.each(WAYS)('keep to limits and budgets together, and hold nothing afterwards, with %s', async (_, ask) => {
    await client.flushall();
    const first = await bootClaude({ store: new RedisAdmissionStore({ client }), ...OPTIONS });
    const second = await bootClaude({ store: new RedisAdmissionStore({ client }), ...OPTIONS });
    await Promise.all(Array.from({ length: 20 }, (__, i) => ask(i % 2 === 0 ? first.claude : second.claude)));
    // Each is there as one of the replicas, and holds nothing else.
    await heldComesTo(2);
    const records = [first, second].flatMap((each) => each.records);
    const spentUsd = records.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0) / 1e9;
    expect(records).toHaveLength(20);
    expect(spentUsd).toBeGreaterThan(0);
    for (const each of [first, second]) {
      expect(await each.budgets.list()).toMatchObject([{ spentUsd: expect.closeTo(spentUsd, 9), reservedUsd: 0 }]);
      expect(await limitsOf(each)).toMatchObject({ concurrent: { outstanding: 0, limit: 3 } });
    }
    await Promise.all([first.close(), second.close()]);
    await heldComesTo(0);
  });
});
