import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import type { Denial, Lease } from '../admission-store.js';
import { BoundedStore } from '../bounded-store.js';
import { budget, places, still } from '../contract/case-meters.js';
import { MemoryAdmissionStore } from '../memory-store.js';
import type { Meter, Standing } from '../meter.js';
import { LateStore } from '../spec-support/late-store.js';
import type { StoreEvent } from '../store.events.js';
import { STORE_OUTAGE_DEFAULTS, type StoreOutageOptions } from '../store-outage.options.js';

const LEASE = { leaseMs: 60_000 };
const AWAY = new Error('away');

let clock: ManualClock;
let memory: MemoryAdmissionStore;

beforeEach(() => {
  clock = new ManualClock();
  memory = new MemoryAdmissionStore(clock);
});

/** One process of those that share the store: its way there, what stands before that, and what it was told. */
class Replica {
  readonly late = new LateStore(memory);
  readonly events: StoreEvent[] = [];
  readonly store: BoundedStore;

  constructor(options: StoreOutageOptions = {}) {
    const settings = { ...STORE_OUTAGE_DEFAULTS, ...options };
    this.store = new BoundedStore(this.late, settings, clock, (event) => this.events.push(event));
  }

  async ask(meters: readonly Meter[], ...amounts: readonly number[]): Promise<Lease | Denial> {
    const answer = await this.store.acquire({ meters, amounts }, LEASE);
    await turn();
    return answer;
  }

  async grant(meters: readonly Meter[], ...amounts: readonly number[]): Promise<Lease> {
    const answer = await this.ask(meters, ...amounts);
    if (!answer.granted) throw new Error('It was not granted.');
    return answer;
  }

  /** Spends so much, claimed or not. */
  async spend(meters: readonly Meter[], ...amounts: readonly number[]): Promise<void> {
    await this.store.settle(await this.grant(meters, ...amounts), amounts);
    await turn();
  }

  /** The store is away, and left alone. */
  async lose(): Promise<void> {
    this.late.failure = AWAY;
    for (let failures = 0; failures < 3; failures += 1) await this.store.standing([places(1)]);
  }

  /** The store is back, and was told everything. */
  async findAgain(): Promise<void> {
    this.late.failure = null;
    clock.advance(5_000);
    for (let turns = 0; turns < 20; turns += 1) await turn();
  }
}

/** Processes that have each been counted. */
async function replicas(count: number, options?: StoreOutageOptions): Promise<readonly [Replica, ...Replica[]]> {
  const first = new Replica(options);
  const all = [first, ...Array.from({ length: count - 1 }, () => new Replica(options))] as const;
  for (const { store } of [...all, ...all]) {
    clock.advance(5_000);
    await store.standing([places(1)]);
    for (let turns = 0; turns < 5; turns += 1) await turn();
  }
  return all;
}

async function standingOf({ store }: Replica, meter: Meter): Promise<Standing> {
  const [standing] = await store.standing([meter]);
  if (standing === undefined) throw new Error('There is no standing.');
  return standing;
}

describe('limits while the store is away', () => {
  it('are divided by the replicas that the store has told of', async () => {
    const all = await replicas(4);
    expect(all.map(({ store }) => store.stats.replicas)).toEqual([4, 4, 4, 4]);
    const [meter, slots] = [still(), places(10)];
    for (const each of all) {
      await each.lose();
      expect((await each.ask([meter, slots], 25, 2)).granted).toBe(true);
      expect(await each.ask([meter, slots], 1, 0)).toMatchObject({
        granted: false,
        reason: 'level',
        meter: { key: meter.key },
      });
      expect(await each.ask([meter, slots], 0, 1)).toMatchObject({ granted: false, reason: 'slots' });
    }
  });

  it('count a replica no more that is gone, and one that goes at once', async () => {
    const [one, two, three] = (await replicas(3)) as readonly [Replica, Replica, Replica];
    await two.store.close();
    clock.advance(5_000);
    await one.ask([still()], 1);
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(one.store.stats.replicas).toBe(2);
    expect(three.store.stats.replicas).toBe(3);
    clock.advance(20_000);
    for (let beats = 0; beats < 2; beats += 1) {
      await one.ask([still()], 1);
      for (let turns = 0; turns < 5; turns += 1) await turn();
      clock.advance(5_000);
    }
    expect(one.store.stats.replicas).toBe(1);
  });

  it('are divided by as many as configured as long as the store has not told', async () => {
    const one = new Replica({ replicas: 5 });
    await one.lose();
    const meter = still();
    await one.grant([meter], 20);
    expect((await one.ask([meter], 1)).granted).toBe(false);
  });

  it('begin with the share of what was left when the store told last', async () => {
    const [one] = await replicas(2);
    const meter = still();
    await one.grant([meter], 60);
    expect((await one.ask([meter], 50)).granted).toBe(false);
    await one.lose();
    expect((await one.ask([meter], 21)).granted).toBe(false);
    expect((await one.ask([meter], 20)).granted).toBe(true);
  });

  it('are those that the API has named', async () => {
    const [one] = await replicas(2);
    const [guess, known] = [still({ isGuess: true }), still()];
    await one.store.observe([
      { meter: guess, limit: 1_000 },
      { meter: known, limit: 10 },
    ]);
    await one.lose();
    await one.grant([guess], 500);
    await one.grant([known], 5);
    expect((await one.ask([guess], 1)).granted).toBe(false);
    expect((await one.ask([known], 1)).granted).toBe(false);
    // Named while the store is away, and told to it later.
    await one.store.observe([{ meter: known, limit: 6 }]);
    await one.findAgain();
    expect(memory.standing([known])[0]).toMatchObject({ learnedLimit: 6 });
  });

  it('let a request through that fits the limit and not the share, when all of that is free', async () => {
    const [one] = await replicas(4);
    const meter = still();
    await one.lose();
    const lease = await one.grant([meter], 80);
    expect((await one.ask([meter], 1)).granted).toBe(false);
    await one.store.settle(lease, [10]);
    expect((await one.ask([meter], 15)).granted).toBe(true);
  });

  it('keep cooldowns, those that only the store told of too, and tell it of those that began meanwhile', async () => {
    const [one, two] = (await replicas(2)) as readonly [Replica, Replica];
    const [cooling, paused, later] = [still(), still(), still()];
    await two.store.observe([
      { meter: cooling, closed: { forMs: 60_000, by: 'retry-after' } },
      { meter: paused, closed: { forMs: Infinity, by: 'pause' } },
    ]);
    for (const meter of [cooling, paused]) expect(await one.ask([meter], 1)).toMatchObject({ reason: 'closed' });
    await two.store.observe([{ meter: paused, closed: { forMs: 0, by: 'pause' } }]);
    await one.grant([paused], 1);
    await one.store.standing([paused]);
    await one.lose();
    expect(await one.ask([cooling], 1)).toMatchObject({ granted: false, reason: 'closed', waitMs: 60_000 });
    expect((await one.ask([paused], 1)).granted).toBe(true);
    await one.store.observe([{ meter: later, closed: { forMs: 60_000, by: 'retry-after' } }]);
    expect(await one.ask([later], 1)).toMatchObject({ reason: 'closed' });
    await one.findAgain();
    expect(await two.ask([later], 1)).toMatchObject({ granted: false, reason: 'closed', waitMs: 55_000 });
  });

  it('are given back when calls are over, and hold nothing of the store afterwards', async () => {
    const one = new Replica();
    const slots = places(2);
    await one.lose();
    const leases = [await one.grant([slots], 1), await one.grant([slots], 1)];
    expect((await standingOf(one, slots)).outstanding).toBe(2);
    for (const lease of leases) await one.store.settle(lease, [0]);
    expect((await standingOf(one, slots)).outstanding).toBe(0);
    await one.findAgain();
    expect(memory.standing([slots])[0]?.outstanding).toBe(0);
  });

  it('tell each change of mode', async () => {
    const one = new Replica();
    expect(one.store.stats.mode).toBe('shared');
    await one.lose();
    expect(one.store.stats).toMatchObject({ mode: 'local', isFailing: true, failures: 3 });
    await one.findAgain();
    expect(one.store.stats).toMatchObject({ mode: 'shared', isFailing: false });
    expect(one.events).toEqual([
      { type: 'store-failed', error: AWAY, mode: 'local', hardBudgets: 'closed' },
      { type: 'store-recovered' },
    ]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('what a store is told that was away', () => {
  const soft = (): Meter => budget(100, { isHard: false });

  it('is what was spent of budgets, in sum, once', async () => {
    const one = new Replica();
    const meter = soft();
    await one.lose();
    for (let calls = 0; calls < 5; calls += 1) await one.spend([meter], 3);
    expect(one.store.stats.journal).toBe(1);
    await one.findAgain();
    await one.findAgain();
    expect(memory.standing([meter])[0]).toMatchObject({ level: 85, outstanding: 0 });
    expect(one.store.stats).toMatchObject({ journal: 0, journalDropped: 0 });
    expect(one.events.at(-1)).toEqual({ type: 'store-caught-up', entries: 1 });
  });

  it('counts once though the store takes note and its answer is lost', async () => {
    const one = new Replica();
    const meter = soft();
    await one.lose();
    await one.spend([meter], 30);
    const { replay } = memory;
    let told = 0;
    memory.replay = (replays) => {
      replay.call(memory, replays);
      if ((told += 1) === 1) throw AWAY;
    };
    await one.findAgain();
    expect(one.store.stats.journal).toBe(1);
    await one.spend([meter], 5);
    await one.findAgain();
    expect(told).toBeGreaterThan(1);
    expect(memory.standing([meter])[0]).toMatchObject({ level: 65, outstanding: 0 });
    expect(one.store.stats.journal).toBe(0);
  });

  it('is what became of claims that it granted and could not say so', async () => {
    const one = new Replica({ hardBudgets: 'open' });
    const [money, hard] = [soft(), budget(100)];
    const { acquire } = memory;
    memory.acquire = (claims, options) => {
      acquire.call(memory, claims, options);
      throw AWAY;
    };
    await one.spend([money, hard], 30, 20);
    expect(memory.standing([money])[0]).toMatchObject({ outstanding: 30 });
    memory.acquire = acquire;
    await one.findAgain();
    expect(memory.standing([money, hard])).toMatchObject([
      { level: 70, outstanding: 0 },
      { level: 80, outstanding: 0 },
    ]);
  });

  it('is that a call was refused whose claims it granted and could not say so', async () => {
    const one = new Replica();
    const hard = budget(100);
    const { acquire } = memory;
    memory.acquire = (claims, options) => {
      acquire.call(memory, claims, options);
      throw AWAY;
    };
    await expect(one.ask([hard], 40)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(memory.standing([hard])[0]).toMatchObject({ outstanding: 40 });
    memory.acquire = acquire;
    await one.findAgain();
    expect(memory.standing([hard])[0]).toMatchObject({ level: 100, outstanding: 0 });
  });

  it('is how leases of its own were settled meanwhile', async () => {
    const one = new Replica();
    const [money, slots] = [budget(100), places(3)];
    const lease = await one.grant([money, slots], 60, 1);
    await one.lose();
    await one.store.settle(lease, [null, 0]);
    await one.store.settle(lease, [25, null]);
    expect(one.store.stats.journal).toBe(1);
    await one.findAgain();
    expect(memory.standing([money, slots])).toMatchObject([{ level: 75, outstanding: 0 }, { outstanding: 0 }]);
  });

  it('has an end, which is counted and told', async () => {
    const one = new Replica();
    await one.lose();
    for (let calls = 0; calls < 10_002; calls += 1) {
      const lease = (await one.store.acquire({ meters: [soft()], amounts: [1] }, LEASE)) as Lease;
      await one.store.settle(lease, [1]);
    }
    expect(one.store.stats).toMatchObject({ journal: 10_000, journalDropped: 2 });
    expect(one.events.filter(({ type }) => type === 'store-journal-full')).toHaveLength(1);
    one.late.failure = null;
    clock.advance(5_000);
    for (let turns = 0; turns < 2_000 && one.store.stats.journal > 0; turns += 1) await turn();
    expect(one.store.stats).toMatchObject({ journal: 0, journalDropped: 2 });
    expect(one.events.at(-1)).toEqual({ type: 'store-caught-up', entries: 10_000 });
  });

  it('is by hand only what it hears: a budget is not changed without it', async () => {
    const one = new Replica();
    await one.lose();
    expect(() => one.store.observe([{ meter: budget(1), credit: 5 }])).toThrow(
      expect.objectContaining({ code: 'store_unavailable', scope: 'budget' }) as Error,
    );
  });

  it('is asked after by itself, so that nobody has to call for it', async () => {
    const one = new Replica();
    await one.lose();
    one.late.failure = null;
    for (let seconds = 0; seconds < 6; seconds += 1) {
      clock.advance(1_000);
      for (let turns = 0; turns < 3; turns += 1) await turn();
    }
    expect(one.store.stats.mode).toBe('shared');
    expect(clock.pendingTimers).toBe(0);
  });
});
