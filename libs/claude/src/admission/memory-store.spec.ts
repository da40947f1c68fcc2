import { isClaudeError } from '../errors/claude-error.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import type { Denial, Lease } from './admission-store.js';
import { claimsOf, type Ask } from './contract/store-probe.js';
import { MemoryAdmissionStore } from './memory-store.js';
import type { Meter, RateMeter, SlotMeter } from './meter.js';

const LEASE = { leaseMs: 60_000 };

function rate(key: string, changes: Partial<RateMeter> = {}): RateMeter {
  return {
    kind: 'rate',
    key,
    label: `units per minute of ${key}`,
    limit: 60_000,
    isGuess: false,
    refillShare: 1,
    burstShare: 0.01,
    minBurst: 0,
    counted: 'at-start',
    ...changes,
  };
}

function places(limit: number): SlotMeter {
  return { kind: 'slots', key: 'places', label: 'calls at the same time', limit };
}

function setUp(maxMeters?: number): { readonly clock: ManualClock; readonly store: MemoryAdmissionStore } {
  const clock = new ManualClock();
  return { clock, store: new MemoryAdmissionStore(clock, maxMeters) };
}

function grant(store: MemoryAdmissionStore, meter: Meter, amount: number, options = LEASE): Lease {
  const answer = store.acquire({ meters: [meter], amounts: [amount] }, options);
  if (!answer.granted) throw new Error(`${meter.key} should have granted ${amount}.`);
  return answer;
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isClaudeError(error, 'invalid_options')) return error.message;
    throw error;
  }
  throw new Error('It should have been refused.');
}

describe('the memory store', () => {
  it('answers at once and holds no timer', () => {
    const { clock, store } = setUp();
    const lease = grant(store, rate('a'), 600);
    expect(lease.claims.amounts).toEqual([600]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets each lease expire at its own time, in whatever order they were granted', () => {
    const { clock, store } = setUp();
    const slots = places(10);
    for (const leaseMs of [300, 100, 200, 100, Infinity, 400]) grant(store, slots, 1, { leaseMs });
    const taken = [99, 1, 100, 100, 100, 1_000_000].map((ms) => {
      clock.advance(ms);
      return store.standing([slots])[0]?.outstanding;
    });
    expect(taken).toEqual([6, 4, 3, 2, 1, 1]);
  });

  it('refills from the moment a lease expired, not from when somebody asks', () => {
    const { clock, store } = setUp();
    const meter = rate('a');
    grant(store, meter, 600, { leaseMs: 1_000 });
    clock.advance(1_100);
    expect(store.standing([meter])[0]).toMatchObject({ level: 100, outstanding: 0 });
  });

  it('keeps nothing of leases without claims', () => {
    const { clock, store } = setUp();
    const lease = store.acquire({ meters: [], amounts: [] }, LEASE);
    if (lease.granted) store.settle(lease, []);
    clock.advance(60_000);
    expect(store.size).toBe(0);
  });

  it('forgets meters that are as new when there are many', () => {
    const { clock, store } = setUp(10);
    for (let user = 0; user < 1_000; user += 1) {
      store.settle(grant(store, rate(`user-${user}`), 1), [1]);
      clock.advance(10);
    }
    expect(store.size).toBeLessThanOrEqual(20);
  });

  it('forgets none that is used, learned or closed', () => {
    const { clock, store } = setUp(10);
    const [held, learned, closed, indebted] = ['held', 'learned', 'closed', 'indebted'].map((key) => rate(key));
    if (!held || !learned || !closed || !indebted) throw new Error('There are four.');
    grant(store, held, 100, { leaseMs: Infinity });
    store.settle(grant(store, indebted, 100), [1_000_000]);
    store.observe([
      { meter: learned, limit: 1_000 },
      { meter: closed, closed: { forMs: Infinity, by: 'pause' } },
    ]);
    for (let user = 0; user < 100; user += 1) {
      store.settle(grant(store, rate(`user-${user}`), 1), [1]);
      clock.advance(10);
    }
    const [ofHeld, ofLearned, ofClosed, ofIndebted] = store.standing([held, learned, closed, indebted]);
    expect(ofHeld).toMatchObject({ outstanding: 100 });
    expect(ofLearned).toMatchObject({ learnedLimit: 1_000 });
    expect(ofClosed).toMatchObject({ closedBy: 'pause' });
    expect(ofIndebted?.level).toBeLessThan(0);
  });

  it('forgets none that it is about to grant something of', () => {
    const { store } = setUp(2);
    const meters = [places(1), rate('a'), rate('b')];
    store.settle(grant(store, places(1), 1), [1]);
    expect(store.acquire({ meters, amounts: [1, 1, 1] }, LEASE).granted).toBe(true);
    expect(store.acquire({ meters: meters.slice(0, 1), amounts: [1] }, LEASE)).toMatchObject({
      granted: false,
      reason: 'slots',
    });
  });

  it('makes anew what it has forgotten, however often it was claimed of together', () => {
    const { clock, store } = setUp(2);
    const meters = [rate('a'), rate('b')];
    const claims = { meters, amounts: [1, 1] };
    const settle = (answer: Lease | Denial): void => {
      if (answer.granted) store.settle(answer, [1, 1]);
    };
    settle(store.acquire(claims, LEASE));
    clock.advance(10_000);
    for (let user = 0; user < 10; user += 1) store.settle(grant(store, rate(`user-${user}`), 1), [1]);
    store.acquire(claims, LEASE);
    expect(store.standing(meters)).toMatchObject([{ outstanding: 1 }, { outstanding: 1 }]);
  });

  it('corrects a lease that expired even if its meter was forgotten since', () => {
    const { clock, store } = setUp(1);
    const meter = rate('a');
    const lease = grant(store, meter, 100, { leaseMs: 10 });
    clock.advance(10_000);
    for (let user = 0; user < 5; user += 1) grant(store, rate(`user-${user}`), 1, { leaseMs: 1 });
    store.settle(lease, [700]);
    expect(store.standing([meter])[0]).toMatchObject({ level: 0 });
  });

  it('makes no meter by looking at it', () => {
    const { store } = setUp();
    store.standing([rate('a'), places(1)]);
    expect(store.size).toBe(0);
  });

  it('tells in a denial how each meter stands by then, whichever of them it is for', () => {
    const { clock, store } = setUp();
    const meters = [rate('a'), rate('b')];
    const lease = store.acquire({ meters, amounts: [600, 600] }, LEASE);
    if (lease.granted) store.settle(lease, [600, 600]);
    clock.advance(300);
    const denial = store.acquire({ meters, amounts: [600, 1] }, LEASE);
    expect(denial).toMatchObject({ granted: false, standings: [{ level: 300 }, { level: 300 }] });
  });

  it('takes a lease only from itself', () => {
    const { store } = setUp();
    const { store: other } = setUp();
    const lease = grant(other, rate('a'), 1);
    const expected = /only be given to the store it came from/;
    expect(messageOf(() => store.settle(lease, [1]))).toMatch(expected);
    expect(messageOf(() => store.renew([lease], 1))).toMatch(expected);
    expect(messageOf(() => store.observe([], lease))).toMatch(expected);
    expect(messageOf(() => store.settle({ granted: true, claims: { meters: [], amounts: [] } }, []))).toMatch(expected);
  });

  it('keeps what was claimed, whatever becomes of the arrays of claims', () => {
    const { store } = setUp();
    const meter = rate('a');
    const claims = { meters: [meter], amounts: [100] };
    const lease = store.acquire(claims, LEASE);
    claims.meters[0] = rate('b');
    claims.amounts[0] = 1;
    grant(store, meter, 10);
    if (lease.granted) store.settle(lease, [0]);
    expect(store.standing([meter])[0]).toMatchObject({ level: 590, outstanding: 10 });
  });
});

describe('claims of the same meters, made again and again', () => {
  const a = rate('a');
  const b = rate('b');

  function take(store: MemoryAdmissionStore, ...asks: readonly Ask[]): void {
    const claims = claimsOf(...asks);
    const answer = store.acquire(claims, LEASE);
    if (!answer.granted) throw new Error('There should have been enough.');
    store.settle(answer, claims.amounts);
  }

  it('are made of what has flowed back since', () => {
    const { clock, store } = setUp();
    for (let second = 0; second < 3; second += 1) {
      take(store, [a, 600]);
      clock.advance(1_000);
    }
    expect(store.standing([a])[0]).toMatchObject({ level: 600 });
  });

  it('are told from others that begin with the same', () => {
    const { store } = setUp();
    take(store, [a, 1], [b, 10]);
    take(store, [a, 1], [places(5), 5]);
    take(store, [a, 1]);
    take(store, [a, 1], [a, 2], [b, 20]);
    expect(store.standing([a, b])).toMatchObject([{ level: 594 }, { level: 570 }]);
  });

  it('follow a meter that is described anew', () => {
    const { store } = setUp();
    take(store, [a, 1]);
    take(store, [rate('a', { limit: 6_000 }), 1]);
    expect(store.standing([rate('a', { limit: 6_000 })])[0]).toMatchObject({ limit: 6_000, level: 59 });
  });

  it('of one list take over its descriptions again once others have described them anew', () => {
    const { store } = setUp();
    const meters = [a, b];
    const ask = (): Lease | Denial => store.acquire({ meters, amounts: [100, 1] }, LEASE);
    expect(ask().granted).toBe(true);
    store.standing([rate('a', { limit: 6_000 })]);
    expect(ask()).toMatchObject({ granted: false, reason: 'level', meter: a, standings: [{ limit: 60_000 }, {}] });
  });

  it('of one list are made of meters that are kept, when those before were forgotten', () => {
    const { clock, store } = setUp(1);
    const meters = [a];
    store.acquire({ meters, amounts: [600] }, { leaseMs: 1 });
    clock.advance(1_000);
    grant(store, b, 1);
    grant(store, places(1), 1);
    expect(store.acquire({ meters, amounts: [600] }, LEASE).granted).toBe(true);
    expect(store.standing([a])[0]).toMatchObject({ outstanding: 600 });
  });
});

describe('what the memory store refuses', () => {
  const { store } = setUp();

  it.each([
    ['a claim', () => grant(store, rate('a'), NaN), /^A claim of units per minute of a must be .*, not NaN\. Claim/],
    ['a claim too large to add up', () => grant(store, rate('a'), 2 ** 53), /not a number out of range/],
    [
      'a settlement',
      () => store.settle(grant(store, rate('a'), 1), [-1]),
      /^What was used of units per minute of a must be a number from 0 .*, not a number out of range\. Settle with `null`/,
    ],
    [
      'claims without an amount',
      () => store.acquire({ meters: [rate('a'), rate('b')], amounts: [1] }, LEASE),
      /^1 amounts cannot be claimed of 2 meters\. Give one for each/,
    ],
    [
      'amounts claimed of nothing',
      () => store.acquire({ meters: [rate('a')], amounts: [1, 2] }, LEASE),
      /^2 amounts cannot be claimed of 1 meters\./,
    ],
    [
      'too few amounts',
      () => store.settle(grant(store, rate('a'), 1), []),
      /1 claims cannot be settled with 0 amounts/,
    ],
    ['a lease of no time', () => grant(store, rate('a'), 1, { leaseMs: 0 }), /`leaseMs` must be .* `Infinity`/],
    ['a lease of NaN', () => store.renew([], NaN), /`leaseMs` must be .*, not NaN/],
    ['a limit', () => store.observe([{ meter: rate('a'), limit: -1 }]), /`limit` of units per minute of a must be/],
    [
      'a closing time',
      () => store.observe([{ meter: rate('a'), closed: { forMs: NaN, by: 'pause' } }]),
      /`closed\.forMs` of units per minute of a must be a number at least 0, or left out, not NaN/,
    ],
    ['a meter without a limit', () => grant(store, rate('b', { limit: NaN }), 1), /`limit` of .* not NaN/],
    ['a refill of nothing', () => grant(store, rate('b', { refillShare: 0 }), 1), /`refillShare` .* above 0, up to 1/],
    ['a burst above the limit', () => grant(store, rate('b', { burstShare: 1.1 }), 1), /`burstShare` .* up to 1/],
    ['a burst without end', () => grant(store, rate('b', { minBurst: Infinity }), 1), /`minBurst` .* finite/],
    [
      'a meter made wrong later',
      () => {
        grant(store, rate('c'), 1);
        grant(store, rate('c', { limit: -5 }), 1);
      },
      /`limit` of .* must be a number at least 0/,
    ],
    [
      'one key for two kinds of meters',
      () => {
        grant(store, rate('places'), 1);
        grant(store, places(1), 1);
      },
      /^The key `places` stands for a meter of rate and for one of slots\. Give each of them a key of its own\.$/,
    ],
  ])('%s, saying what is wrong and what to do', (_, action, message) => {
    expect(messageOf(action)).toMatch(message);
  });
});
