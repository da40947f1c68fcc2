import fc from 'fast-check';
import { Redis } from 'ioredis';
import { MemoryAdmissionStore, type AdmissionStore, type Lease, type Meter, type Observation } from 'nestjs-claude';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import { randomUUID } from 'node:crypto';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';

const describeRedis = hasRedisServer('the store in Redis, against the one in memory') ? describe : describe.skip;

/** Meters of which nothing flows back while a test runs, so that no step hangs on when it is taken. */
function metersOf(): Meter[] {
  const rate = { kind: 'rate', label: 'units', limit: 1_000, refillShare: 1e-9, minBurst: 1 } as const;
  const key = (): string => `model/${randomUUID()}`;
  // The rates of one pool are kept together, whichever of them are asked, and in which order.
  const pool = key();
  const money = { kind: 'budget', label: 'money', limit: 2_000, keepMs: 600_000 } as const;
  return [
    { ...rate, key: `${pool}/requests`, isGuess: false, burstShare: 1, counted: 'at-start' },
    {
      ...rate,
      label: 'guessed units',
      key: `${pool}/input-tokens`,
      isGuess: true,
      burstShare: 0.5,
      counted: 'as-used',
    },
    {
      ...rate,
      label: 'units without bound',
      key: `${pool}/tokens`,
      isGuess: false,
      burstShare: 1,
      counted: 'at-start',
      limit: Infinity,
    },
    { ...rate, label: 'units by themselves', key: key(), isGuess: false, burstShare: 1, counted: 'at-start' },
    { kind: 'slots', label: 'places', key: key(), limit: 3 },
    { ...money, key: key(), isHard: true, rollingMs: null },
    { ...money, label: 'money that moves on', key: key(), isHard: true, rollingMs: 86_400_000 },
    { ...money, label: 'money that stops nobody', key: key(), isHard: false, rollingMs: null },
  ];
}

/** A store in Redis and one in memory, taken through the same steps. */
class Twins {
  readonly meters = metersOf();
  readonly #memory = new MemoryAdmissionStore();
  readonly #leases: { readonly redis: Lease; readonly memory: Lease }[] = [];

  constructor(private readonly redis: AdmissionStore) {}

  async acquire(asks: readonly (readonly [which: number, amount: number])[], force: boolean): Promise<void> {
    const meters = asks.map(([which]) => this.#meter(which));
    const amounts = asks.map(([, amount], i) => (meters[i]?.kind === 'slots' ? amount % 3 : amount));
    const claims = { meters, amounts };
    const options = { leaseMs: 600_000, force };
    const [redis, memory] = [await this.redis.acquire(claims, options), this.#memory.acquire(claims, options)];
    if (redis.granted && memory.granted) this.#leases.push({ redis, memory });
    else if (redis.granted || memory.granted) throw new Error('Only one of them grants it.');
    else expect([redis.reason, redis.meter.key]).toEqual([memory.reason, memory.meter.key]);
  }

  async settle(which: number, used: readonly (number | null)[]): Promise<void> {
    const lease = this.#leases[which % Math.max(1, this.#leases.length)];
    if (lease === undefined) return;
    const amounts = lease.memory.claims.meters.map((_, i) => used[i] ?? null);
    await this.redis.settle(lease.redis, amounts);
    this.#memory.settle(lease.memory, amounts);
  }

  async observe(which: number, what: Omit<Observation, 'meter'>, since: number): Promise<void> {
    const lease = this.#leases[since];
    const observation = { ...what, meter: this.#meter(which) };
    await this.redis.observe([observation], lease?.redis);
    this.#memory.observe([observation], lease?.memory);
  }

  async compare(): Promise<void> {
    const [redis, memory] = [await this.redis.standing(this.meters), this.#memory.standing(this.meters)];
    for (const [i, expected] of memory.entries()) {
      const { meter, level, limit, learnedLimit, burst, outstanding, closedBy } = expected;
      expect(redis[i]).toMatchObject({ meter, limit, learnedLimit, burst, outstanding, closedBy });
      // A level without end is the same whatever is taken of it.
      expect([meter.label, redis[i]?.level]).toEqual([
        meter.label,
        level === Infinity ? level : expect.closeTo(level, 2),
      ]);
    }
  }

  #meter(which: number): Meter {
    const meter = this.meters[which % this.meters.length];
    if (meter === undefined) throw new Error('There are always meters.');
    return meter;
  }
}

type Step = (twins: Twins) => Promise<void>;

const which = fc.nat(50);
const amount = fc.oneof(fc.nat(60), fc.nat(800));
const asks = fc.array(fc.tuple(which, amount), { minLength: 1, maxLength: 5 });
const used = fc.array(fc.option(amount, { freq: 3 }), { minLength: 5, maxLength: 5 });
const observation = fc.oneof(
  fc.record({ limit: fc.constantFrom(0, 300, 1_000, 5_000) }),
  fc.record({ remaining: fc.nat(1_200) }),
  fc.record({
    closed: fc.record({ forMs: fc.constantFrom(0, Infinity), by: fc.constantFrom('pause' as const, 'spend' as const) }),
  }),
  fc.record({ credit: fc.integer({ min: -300, max: 900 }) }),
  fc.record({ spent: fc.record({ amount: fc.integer({ min: -300, max: 300 }), agoMs: fc.constant(0) }) }),
  fc.record({ reset: fc.constant(true) }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 45,
    arbitrary: fc.tuple(asks, fc.integer({ min: 0, max: 9 })).map(
      ([of, dice]): Step =>
        (twins) =>
          twins.acquire(of, dice === 0),
    ),
  },
  {
    weight: 45,
    arbitrary: fc.tuple(which, used).map(
      ([of, with_]): Step =>
        (twins) =>
          twins.settle(of, with_),
    ),
  },
  {
    weight: 15,
    arbitrary: fc.tuple(which, observation, which).map(
      ([of, what, since]): Step =>
        (twins) =>
          twins.observe(of, what, since),
    ),
  },
);

describeRedis('A store in Redis, whatever happens to it', () => {
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

  it('does what the one in memory does', async () => {
    const store = new RedisAdmissionStore({ client });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const twins = new Twins(store);
        for (const take of steps) {
          await take(twins);
          await twins.compare();
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
