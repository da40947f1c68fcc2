import { setImmediate as turn } from 'node:timers/promises';
import { InvalidOptionsError } from '../errors/errors.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import type { Lease } from './admission-store.js';
import { admissionStoreCases } from './admission-store.contract.js';
import { BoundedStore } from './bounded-store.js';
import { budget, places, still } from './contract/case-meters.js';
import { MemoryAdmissionStore } from './memory-store.js';
import { LateStore } from './spec-support/late-store.js';
import type { StoreEvent } from './store.events.js';
import { STORE_OUTAGE_DEFAULTS, type StoreOutageOptions } from './store-outage.options.js';

const LEASE = { leaseMs: 60_000 };

function setup(options: StoreOutageOptions = {}): {
  clock: ManualClock;
  memory: MemoryAdmissionStore;
  late: LateStore;
  store: BoundedStore;
  events: StoreEvent[];
} {
  const clock = new ManualClock();
  const memory = new MemoryAdmissionStore(clock);
  const late = new LateStore(memory);
  const events: StoreEvent[] = [];
  const settings = { ...STORE_OUTAGE_DEFAULTS, ...options };
  return { clock, memory, late, events, store: new BoundedStore(late, settings, clock, (event) => events.push(event)) };
}

/** Holds answers back until it is called. */
function hold(late: LateStore): () => Promise<void> {
  let release = (): void => undefined;
  late.held = new Promise((resolve) => (release = resolve));
  return async () => {
    late.held = null;
    release();
    await turn();
  };
}

describe('a bounded store', () => {
  it.each(admissionStoreCases())('keeps the contract of every store: $name', async ({ run }) => {
    const { store, clock } = setup();
    await run({ store, advance: (ms) => clock.advance(ms) });
    expect(clock.pendingTimers).toBe(0);
  });

  it('hands on at once what its store answers at once', () => {
    const clock = new ManualClock();
    const bounded = new BoundedStore(new MemoryAdmissionStore(clock), STORE_OUTAGE_DEFAULTS, clock, () => undefined);
    expect(bounded.acquire({ meters: [still()], amounts: [1] }, LEASE)).toMatchObject({ granted: true });
  });

  it('lets a call go on whose store is late, and settles the lease that comes then as the call has', async () => {
    const { store, late, memory, clock } = setup();
    const [meter, slots] = [still(), places(3)];
    const release = hold(late);
    const answer = store.acquire({ meters: [meter, slots], amounts: [10, 1] }, LEASE);
    await turn();
    clock.advance(500);
    const lease = (await answer) as Lease;
    expect(lease.granted).toBe(true);
    await store.settle(lease, [4, null]);
    expect(memory.standing([meter, slots]).map(({ outstanding }) => outstanding)).toEqual([10, 1]);
    await release();
    await turn();
    expect(memory.standing([meter, slots]).map(({ outstanding }) => outstanding)).toEqual([0, 1]);
    expect(memory.standing([meter])[0]?.level).toBeCloseTo(96, 3);
    await store.renew([lease], 60_000);
    await store.settle(lease, [null, 0]);
    expect(memory.standing([slots])[0]?.outstanding).toBe(0);
  });

  it('gives a lease back that comes when its call was refused', async () => {
    const { store, late, memory, clock } = setup();
    const meter = budget(100);
    const release = hold(late);
    const answer = Promise.resolve(store.acquire({ meters: [meter], amounts: [10] }, LEASE)).catch(
      (error: unknown) => error,
    );
    await turn();
    clock.advance(500);
    expect(await answer).toMatchObject({ code: 'store_unavailable', scope: 'budget' });
    await release();
    await turn();
    expect(memory.standing([meter])[0]).toMatchObject({ outstanding: 0, level: 100 });
  });

  it('tells its store what was spent while it was away, once', async () => {
    const { store, late, memory, events } = setup();
    const meter = budget(100, { isHard: false });
    late.failure = new Error('away');
    for (let calls = 0; calls < 2; calls++) {
      const lease = (await store.acquire({ meters: [meter], amounts: [10] }, LEASE)) as Lease;
      await store.settle(lease, [7]);
    }
    late.failure = null;
    for (let calls = 0; calls < 2; calls++) await store.acquire({ meters: [meter], amounts: [0] }, LEASE);
    await turn();
    expect(memory.standing([meter])[0]?.level).toBe(100 - 14);
    expect(events.map(({ type }) => type)).toEqual(['store-failed', 'store-recovered', 'store-caught-up']);
  });

  it('lets only one see after a while whether a store that stays away is back', async () => {
    const { store, late, clock } = setup();
    late.failure = new Error('away');
    const ask = async (): Promise<void> => void (await store.acquire({ meters: [still()], amounts: [1] }, LEASE));
    for (let calls = 0; calls < 5; calls++) await ask();
    expect(store.stats).toMatchObject({ isFailing: true, failures: 3, letThrough: 5, refused: 0 });
    clock.advance(5_000);
    await Promise.all([ask(), ask(), ask()]);
    await turn();
    expect(store.stats).toMatchObject({ failures: 4, letThrough: 8 });
  });

  it('counts what is under way already, however closed it is', async () => {
    const { store, late } = setup({ limits: 'closed' });
    late.failure = new Error('away');
    const claims = { meters: [still()], amounts: [1] };
    expect(await store.acquire(claims, { ...LEASE, force: true })).toMatchObject({ granted: true });
    await expect(Promise.resolve(store.acquire(claims, LEASE))).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('passes on what a claim is wrong in, and holds nothing against its store', async () => {
    const { store } = setup();
    const asked = Promise.resolve(store.acquire({ meters: [still()], amounts: [-1] }, LEASE));
    await expect(asked).rejects.toBeInstanceOf(InvalidOptionsError);
    expect(store.stats.failures).toBe(0);
  });

  it('does not wait for how meters stand either', async () => {
    const { store, late, clock } = setup();
    const release = hold(late);
    const standing = store.standing([budget(100)]).catch((error: unknown) => error);
    await turn();
    clock.advance(500);
    expect(await standing).toMatchObject({ code: 'store_unavailable', scope: 'budget' });
    await release();
    await store.standing([still()]);
    expect(clock.pendingTimers).toBe(0);
  });
});
