import { ManualClock } from '../testing/clock/manual-clock.js';
import { LEASE_MS, LeaseKeeper, offPath, type LeaseHolder } from './lease-keeper.js';
import { MemoryAdmissionStore } from './memory-store.js';
import type { SlotMeter } from './meter.js';
import { LateStore } from './spec-support/late-store.js';

const PLACES: SlotMeter = { kind: 'slots', key: 'places', label: 'places', limit: 5 };

/** A store, its keeper, and a clock that stands still. */
class Kept {
  readonly clock = new ManualClock();
  readonly store: LateStore;
  readonly keeper: LeaseKeeper;

  constructor() {
    this.store = new LateStore(new MemoryAdmissionStore(this.clock));
    this.keeper = new LeaseKeeper(this.store, this.clock);
  }

  async take(): Promise<LeaseHolder> {
    const answer = await this.store.acquire({ meters: [PLACES], amounts: [1] }, { leaseMs: LEASE_MS });
    if (!answer.granted) throw new Error('There was no place.');
    return { lease: answer, place: -1 };
  }

  async taken(): Promise<number | undefined> {
    return (await this.store.standing([PLACES]))[0]?.outstanding;
  }

  /** So many times a quarter of a lease goes by. */
  async pass(quarters: number): Promise<void> {
    for (let quarter = 0; quarter < quarters; quarter += 1) {
      this.clock.advance(LEASE_MS / 4);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('LeaseKeeper', () => {
  it('keeps leases for as long as they are held, however long that is, and lets the others expire', async () => {
    const kept = new Kept();
    const [held, gone] = [await kept.take(), await kept.take()];
    await kept.take();
    kept.keeper.keep(held);
    kept.keeper.keep(gone);
    await kept.pass(2);
    expect(await kept.taken()).toBe(3);
    kept.keeper.letGo(gone);
    await kept.pass(40);
    expect(await kept.taken()).toBe(1);
  });

  it('holds one timer while anything is held, and none otherwise', async () => {
    const kept = new Kept();
    const [first, second] = [await kept.take(), await kept.take()];
    kept.keeper.keep(first);
    kept.keeper.keep(second);
    expect(kept.clock.pendingTimers).toBe(1);
    await kept.pass(8);
    expect(kept.clock.pendingTimers).toBe(1);
    kept.keeper.letGo(first);
    expect(kept.clock.pendingTimers).toBe(1);
    kept.keeper.letGo(second);
    kept.keeper.letGo(second);
    expect(kept.clock.pendingTimers).toBe(0);
  });

  it('goes on when the store was away for a while', async () => {
    const kept = new Kept();
    const lease = await kept.take();
    kept.keeper.keep(lease);
    kept.store.failure = new Error('away');
    await kept.pass(2);
    kept.store.failure = null;
    await kept.pass(8);
    expect(await kept.taken()).toBe(1);
    kept.keeper.letGo(lease);
  });
});

describe('offPath', () => {
  it('says when the store knows: at once, or later', async () => {
    const told: string[] = [];
    offPath(
      () => undefined,
      () => told.push('at once'),
    );
    offPath(
      () => Promise.resolve(),
      () => told.push('later'),
    );
    expect(told).toEqual(['at once']);
    await Promise.resolve();
    expect(told).toEqual(['at once', 'later']);
  });

  it('takes no notice of a store that fails, and says nothing then', async () => {
    const told: string[] = [];
    const failures: (() => Promise<void>)[] = [
      () => Promise.reject(new Error('away')),
      () => {
        throw new Error('away');
      },
    ];
    for (const failure of failures) offPath(failure, () => told.push('told'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
  });
});
