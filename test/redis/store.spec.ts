import { Redis } from 'ioredis';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import type { Claims, Lease, Meter, Standing } from 'nestjs-claude';
import { setTimeout as sleep } from 'node:timers/promises';
import { budget, places, still } from '../../libs/claude/src/admission/contract/case-meters.js';
import { claimsOf } from '../../libs/claude/src/admission/contract/store-probe.js';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';

const describeRedis = hasRedisServer('the store in Redis') ? describe : describe.skip;

const LEASE = { leaseMs: 60_000 };

/** An hour, in milliseconds. */
const HOUR_MS = 3_600_000;

describeRedis('A store in Redis', () => {
  let server: RedisServer;
  let client: Redis;
  let store: RedisAdmissionStore;

  beforeAll(async () => {
    server = await RedisServer.start();
    client = new Redis(server.url);
  });

  beforeEach(async () => {
    await client.flushall();
    store = new RedisAdmissionStore({ client });
  });

  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  const grant = async (claims: Claims, options = LEASE): Promise<Lease> => {
    const answer = await store.acquire(claims, options);
    if (!answer.granted) throw new Error(`It was refused: ${answer.reason} of ${answer.meter.label}.`);
    return answer;
  };
  const standing = async (meter: Meter): Promise<Standing> => {
    const [found] = await store.standing([meter]);
    if (found === undefined) throw new Error('There is a standing for each meter.');
    return found;
  };

  it('is one for all processes that share a prefix, and another for those that do not', async () => {
    const [rate, money] = [still(), budget(100)];
    const [second, other] = [new RedisAdmissionStore({ client }), new RedisAdmissionStore({ client, prefix: 'other' })];
    await grant(claimsOf([rate, 60], [money, 60]));
    expect(await second.acquire(claimsOf([rate, 60]), LEASE)).toMatchObject({ granted: false, reason: 'level' });
    expect(await second.acquire(claimsOf([money, 60]), LEASE)).toMatchObject({ granted: false, reason: 'spent' });
    expect(await other.acquire(claimsOf([rate, 60], [money, 60]), LEASE)).toMatchObject({ granted: true });
  });

  it('takes no lease of another store', async () => {
    const lease = await new RedisAdmissionStore({ client }).acquire(claimsOf([still(), 1]), LEASE);
    if (!lease.granted) throw new Error('It is granted.');
    await expect(store.settle(lease, [1])).rejects.toThrow('Keep both together.');
  });

  it('reserves and settles with one command each', async () => {
    const claims = claimsOf(
      [still(), 1],
      [still(), 9],
      [places(5), 1],
      [budget(100), 5],
      [budget(90, { rollingMs: 1_000 }), 5],
    );
    await store.settle(await grant(claims), [1, 9, 1, 5, 5]);
    await client.config('RESETSTAT');
    await store.settle(await grant(claims), [1, 8, 1, 5, 4]);
    const info = await client.info('commandstats');
    expect(/cmdstat_evalsha:calls=(\d+)/.exec(info)?.[1]).toBe('2');
    expect(info).not.toContain('cmdstat_eval:');
  });

  it('goes on after the server has forgotten its scripts', async () => {
    const rate = still();
    const lease = await grant(claimsOf([rate, 60]));
    await client.script('FLUSH');
    await store.settle(lease, [20]);
    await client.script('FLUSH');
    expect(await standing(rate)).toMatchObject({ level: expect.closeTo(80, 1), outstanding: 0 });
  });

  it('leaves no key that lasts for ever', async () => {
    const [rate, slots, money, rolling] = [
      still({ limit: Infinity }),
      places(5),
      budget(100),
      budget(9, { rollingMs: 900 }),
    ];
    const claims = claimsOf([rate, 1], [slots, 1], [money, 5], [rolling, 5]);
    await store.settle(await grant(claims), [1, null, 5, 4]);
    await grant(claims, { leaseMs: Infinity });
    await store.observe([
      { meter: slots, closed: { forMs: Infinity, by: 'pause' } },
      { meter: rate, limit: 500 },
      { meter: money, credit: 5 },
      { meter: rolling, credit: 5 },
    ]);
    await store.keep('note', 'text', Infinity);
    const keys = await client.keys('*');
    // All meters, what expires when, a settled part of a lease, and the note.
    expect(keys.length).toBe(4);
    const lasting = await Promise.all(keys.map(async (key) => ((await client.pttl(key)) > 0 ? null : key)));
    expect(lasting.filter((key) => key !== null)).toEqual([]);
  });

  it('writes nothing where it refuses, nor where it only looks', async () => {
    const [rate, slots, money] = [still(), places(1), budget(100)];
    await grant(claimsOf([rate, 60], [slots, 1], [money, 60]));
    const before = await contents();
    expect(await store.acquire(claimsOf([rate, 60], [slots, 1], [money, 60]), LEASE)).toMatchObject({ granted: false });
    expect(await store.acquire(claimsOf([still(), 101], [budget(1), 5]), LEASE)).toMatchObject({ granted: false });
    await store.standing([rate, slots, money, still()]);
    expect(await contents()).toEqual(before);
  });

  it('counts what was used of a lease that the server has lost', async () => {
    const [rate, slots, money] = [still(), places(2), budget(100)];
    const lease = await grant(claimsOf([rate, 60], [slots, 1], [money, 60]));
    await client.flushall();
    await store.settle(lease, [20, null, null]);
    await store.settle(lease, [20, 1, 30]);
    await store.settle(lease, [20, 1, 30]);
    expect(await standing(rate)).toMatchObject({ level: expect.closeTo(80, 1), outstanding: 0 });
    expect(await standing(slots)).toMatchObject({ level: 2 });
    expect(await standing(money)).toMatchObject({ level: 70, outstanding: 0 });
  });

  it('cleans up after a few expired leases with each call, and after all of them in the end', async () => {
    const slots = places(100);
    await Promise.all(Array.from({ length: 40 }, () => grant(claimsOf([slots, 1]), { leaseMs: 1_000 })));
    await sleep(1_010);
    const levels = [];
    for (let call = 0; call < 3; call += 1) levels.push((await standing(slots)).level);
    expect(levels).toEqual([76, 92, 100]);
  });

  it('goes on where the clock of the server is set back: what flows back does so from then on, and nothing is closed for longer', async () => {
    const [rate, slots] = [still({ limit: 6_000, refillShare: 1, burstShare: 1 / 60 }), places(2)];
    await store.settle(await grant(claimsOf([rate, 100], [slots, 1])), [100, 1]);
    await store.observe([
      { meter: slots, closed: { forMs: 1_000, by: 'retry-after' } },
      { meter: rate, closed: { forMs: 1_000, by: 'retry-after' } },
    ]);
    await shiftTimes(HOUR_MS);
    const [ofRate, ofSlots] = await store.standing([rate, slots]);
    expect(ofSlots).toMatchObject({ closedBy: 'retry-after', closedForMs: expect.closeTo(900, -3) });
    expect(ofRate?.closedForMs).toBeLessThanOrEqual(1_000);
    expect(ofRate?.level).toBeLessThan(100);
    await sleep(1_010);
    expect(await standing(rate)).toMatchObject({ closedForMs: 0, level: expect.closeTo(100, 1) });
    await grant(claimsOf([rate, 100], [slots, 1]));
  });

  it('gives no more than a burst where the clock of the server is set forward', async () => {
    const rate = still({ limit: 6_000, refillShare: 1, burstShare: 1 / 60 });
    await store.settle(await grant(claimsOf([rate, 100])), [100]);
    await shiftTimes(-HOUR_MS);
    expect(await standing(rate)).toMatchObject({ level: 100, burst: 100 });
  });

  it('keeps meters apart whose keys hold anything', async () => {
    const keys = ['a/b\nc', 'a/b%0Ac', 'a}/b', '{a}/b', 'ключ/🔑', 'a b/c'];
    const meters = keys.map((key): Meter => ({ kind: 'slots', key, label: key, limit: 5 }));
    await grant({ meters, amounts: meters.map((_, i) => i) }, { leaseMs: 20 });
    expect((await store.standing(meters)).map(({ level }) => level)).toEqual([5, 4, 3, 2, 1, 0]);
    await sleep(30);
    expect((await store.standing(meters)).map(({ level }) => level)).toEqual([5, 5, 5, 5, 5, 5]);
  });

  /** All that is kept, as bytes. */
  async function contents(): Promise<Record<string, string>> {
    const keys = (await client.keys('*')).toSorted();
    const kept = keys.map(async (key) => [key, (await client.dumpBuffer(key)).toString('hex')] as const);
    return Object.fromEntries(await Promise.all(kept));
  }

  /** Moves the times of rates and places, as a clock that is set the other way would. */
  async function shiftTimes(ms: number): Promise<void> {
    const shift = `
      local kept = redis.call('HGETALL', KEYS[1])
      local times = { r = { 8, 11 }, s = { 6 } }
      for i = 1, #kept, 2 do
        local field, state = kept[i], kept[i + 1]
        local kind = string.match(field, '^#?([rs]):')
        if kind and string.sub(field, 1, 1) == '#' then
          local members = cmsgpack.unpack(state)
          for _, member in ipairs(members) do
            for _, time in ipairs(times[kind]) do member[time] = member[time] + ARGV[1] end
          end
          redis.call('HSET', KEYS[1], field, cmsgpack.pack(members))
        elseif kind then
          local at, fresh = struct.unpack('<dd', state)
          redis.call('HSET', KEYS[1], field, struct.pack('<dd', at + ARGV[1], fresh + ARGV[1]) .. string.sub(state, 17))
        end
      end`;
    await client.eval(shift, 1, '{nestjs-claude}:meters', String(ms));
  }
});
