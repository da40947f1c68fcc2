import fc from 'fast-check';
import { Redis } from 'ioredis';
import { MemoryAdmissionStore, type AdmissionStore, type Lease, type Meter, type Observation } from 'nestjs-claude';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import { ManualClock } from 'nestjs-claude/testing';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';
import { hasServerClock, ServerClock } from '../support/server-clock.js';

const LEFT_OUT = 'the store in Redis, against the one in memory';
const describeRedis = hasRedisServer(LEFT_OUT) && hasServerClock(LEFT_OUT) ? describe : describe.skip;

const MINUTE_MS = 60_000;

/** Meters of which an eighth of a unit flows back in a millisecond, or twice that: all levels are exact. */
function metersOf(): Meter[] {
  const rate = { kind: 'rate', label: 'units', limit: 7_500, refillShare: 1, minBurst: 1 } as const;
  const key = (): string => `model/${randomUUID()}`;
  // The rates of one pool are kept together, whichever of them are asked, and in which order.
  const pool = key();
  const money = { kind: 'budget', label: 'money', limit: 2_000, keepMs: 600_000 } as const;
  return [
    { ...rate, key: `${pool}/requests`, isGuess: false, burstShare: 1 / 8, counted: 'at-start' },
    {
      ...rate,
      label: 'guessed units',
      key: `${pool}/input-tokens`,
      isGuess: true,
      burstShare: 1 / 16,
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
    { ...rate, label: 'units by themselves', key: key(), isGuess: false, burstShare: 1 / 8, counted: 'at-start' },
    { kind: 'slots', label: 'places', key: key(), limit: 3 },
    { ...money, key: key(), isHard: true, rollingMs: null },
    { ...money, label: 'money that moves on', key: key(), isHard: true, rollingMs: MINUTE_MS },
    { ...money, label: 'money that stops nobody', key: key(), isHard: false, rollingMs: null },
  ];
}

/** What befalls a server without a trace: its scripts are gone, or its process is, and it goes on from what it wrote down. */
interface Befall {
  readonly forgetScripts: () => Promise<unknown>;
  readonly kill: () => Promise<unknown>;
}

/** Redis lets go of leases by whole milliseconds: the next one after they have expired. */
const GRACE_MS = 1;

/** A store in Redis and one in memory, whose clocks stand still, taken through the same steps. */
class Twins {
  readonly meters = metersOf();
  readonly #clock: ManualClock;
  readonly #memory: MemoryAdmissionStore;
  readonly #leases: { readonly redis: Lease; readonly memory: Lease }[] = [];

  constructor(
    private readonly redis: AdmissionStore,
    private readonly serverClock: ServerClock,
    /** Something befalls the server that takes nothing from it which it has answered for. */
    readonly befall: Befall,
  ) {
    this.#clock = new ManualClock();
    this.#memory = new MemoryAdmissionStore(this.#clock);
  }

  /** Time passes for both. */
  advance(ms: number): void {
    this.serverClock.move(ms);
    this.#clock.advance(ms);
  }

  /** Those that come next begin with a whole minute too: a stretch that moves on is counted by parts of one. */
  end(): void {
    this.serverClock.move(MINUTE_MS - (this.#clock.now() % MINUTE_MS));
  }

  async acquire(
    asks: readonly (readonly [which: number, amount: number])[],
    leaseMs: number,
    force: boolean,
  ): Promise<void> {
    const meters = asks.map(([which]) => this.#meter(which));
    const amounts = asks.map(([, amount], i) => (meters[i]?.kind === 'slots' ? amount % 3 : amount));
    const claims = { meters, amounts };
    const redis = await this.redis.acquire(claims, { leaseMs, force });
    const memory = this.#memory.acquire(claims, { leaseMs: leaseMs + GRACE_MS, force });
    if (redis.granted && memory.granted) this.#leases.push({ redis, memory });
    else if (redis.granted || memory.granted) throw new Error('Only one of them grants it.');
    else {
      expect([redis.reason, redis.meter.label]).toEqual([memory.reason, memory.meter.label]);
      expect(redis.waitMs ?? -1).toEqual(near(memory.waitMs ?? -1, 1));
    }
  }

  async renew(which: number, leaseMs: number): Promise<void> {
    const lease = this.#leases[which % Math.max(1, this.#leases.length)];
    if (lease === undefined) return;
    await this.redis.renew([lease.redis], leaseMs);
    this.#memory.renew([lease.memory], leaseMs + GRACE_MS);
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
      const { meter, level, limit, learnedLimit, burst, outstanding, closedBy, closedForMs } = expected;
      expect(redis[i]).toMatchObject({ meter, limit, learnedLimit, burst, outstanding, closedBy });
      expect([meter.label, redis[i]?.level, redis[i]?.closedForMs]).toEqual([
        meter.label,
        near(level, 1),
        near(closedForMs, 1),
      ]);
    }
  }

  #meter(which: number): Meter {
    const meter = this.meters[which % this.meters.length];
    if (meter === undefined) throw new Error('There are always meters.');
    return meter;
  }
}

/** The server is hundredths of a millisecond ahead. */
function near(expected: number, digits: number): unknown {
  return Number.isFinite(expected) ? expect.closeTo(expected, digits) : expected;
}

type Step = (twins: Twins) => unknown;

const which = fc.nat(50);
const amount = fc.oneof(fc.nat(60), fc.nat(800));
const pauseMs = fc.oneof(fc.nat(20), fc.nat(2_000), fc.nat(30_000));
const leaseMs = fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.constant(600_000));
const asks = fc.array(fc.tuple(which, amount), { minLength: 1, maxLength: 5 });
const used = fc.array(fc.option(amount, { freq: 3 }), { minLength: 5, maxLength: 5 });
const observation = fc.oneof(
  fc.record({ limit: fc.constantFrom(0, 3_750, 15_000, 60_000) }),
  fc.record({ remaining: fc.nat(1_200) }),
  fc.record({
    closed: fc.record({
      forMs: fc.constantFrom(0, 5, 1_500, Infinity),
      by: fc.constantFrom('pause' as const, 'spend' as const),
    }),
  }),
  fc.record({ credit: fc.integer({ min: -300, max: 900 }) }),
  fc.record({
    spent: fc.record({ amount: fc.integer({ min: -300, max: 300 }), agoMs: fc.constantFrom(0, 1_000, 30_000) }),
  }),
  fc.record({ reset: fc.constant(true) }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 45,
    arbitrary: fc.tuple(asks, leaseMs, fc.integer({ min: 0, max: 9 })).map(
      ([of, forMs, dice]): Step =>
        (twins) =>
          twins.acquire(of, forMs, dice === 0),
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
    weight: 10,
    arbitrary: fc.tuple(which, leaseMs).map(
      ([of, forMs]): Step =>
        (twins) =>
          twins.renew(of, forMs),
    ),
  },
  {
    weight: 35,
    arbitrary: pauseMs.map(
      (ms): Step =>
        (twins) =>
          twins.advance(ms),
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
  { weight: 3, arbitrary: fc.constant<Step>(({ befall }) => befall.forgetScripts()) },
  { weight: 1, arbitrary: fc.constant<Step>(({ befall }) => befall.kill()) },
);

describeRedis('A store in Redis, whatever happens to it', () => {
  let server: RedisServer;
  let client: Redis;
  let clock: ServerClock;

  const directory = mkdtempSync(join(tmpdir(), 'redis-kept-'));
  const args = ['--dir', directory, '--appendonly', 'yes', '--appendfsync', 'always'];
  let killed = 0;
  const befall: Befall = {
    forgetScripts: () => client.script('FLUSH'),
    kill: async () => {
      killed += 1;
      await server.stop();
      server = await RedisServer.start({ clock, args, port: server.port });
    },
  };

  beforeAll(async () => {
    clock = new ServerClock(Date.UTC(2026, 0, 1));
    server = await RedisServer.start({ clock, args });
    client = new Redis(server.url, { maxRetriesPerRequest: null });
    client.on('error', () => undefined);
  });

  afterAll(async () => {
    client.disconnect();
    await server.stop();
    clock.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('does what the one in memory does, killed and started again too', async () => {
    const store = new RedisAdmissionStore({ client });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const twins = new Twins(store, clock, befall);
        try {
          for (const take of steps) {
            await take(twins);
            await twins.compare();
          }
        } finally {
          twins.end();
        }
      }),
      { numRuns: 60 },
    );
    expect(killed).toBeGreaterThan(0);
  }, 240_000);
});
