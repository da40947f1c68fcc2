import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { budget, places, still } from './case-meters.js';
import type { AdmissionStoreCase } from './contract-case.js';
import { storeCase } from './store-probe.js';

/** A billion dollars in nano-dollars: sums of money stay exact. */
const LARGE = 1_000_000_000_000_000;

/** How sums of money are reserved, spent and given back, and how notes are kept. */
export const budgetCases: readonly AdmissionStoreCase[] = [
  storeCase('a budget reserves what is claimed, and keeps what is spent', async (probe) => {
    const money = budget(100);
    const lease = await probe.grant([[money, 60]]);
    await probe.expect(money, { level: 40, outstanding: 60 });
    await probe.deny([[money, 41]], 'spent', money);
    await probe.settle(lease, 25);
    await probe.expect(money, { level: 75, outstanding: 0 });
    await probe.grant([[money, 75]]);
    await probe.deny([[money, 1]], 'spent', money);
  }),

  storeCase('sums of money are exact', async (probe) => {
    const money = budget(LARGE);
    const lease = await probe.grant([[money, LARGE - 1]]);
    await probe.deny([[money, 2]], 'spent', money);
    await probe.settle(lease, LARGE - 1);
    await probe.grant([[money, 1]]);
    await probe.deny([[money, 1]], 'spent', money);
  }),

  storeCase('a budget of 0 grants not even nothing', async (probe) => {
    const money = budget(0);
    const { waitMs } = await probe.deny([[money, 0]], 'spent', money);
    assert.equal(waitMs, null);
  }),

  storeCase('a soft budget counts and refuses nothing', async (probe) => {
    const money = budget(10, { isHard: false });
    const lease = await probe.grant([[money, 30]]);
    await probe.expect(money, { level: -20, outstanding: 30 });
    await probe.settle(lease, 15);
    await probe.expect(money, { level: -5, outstanding: 0 });
  }),

  storeCase('what a budget refuses takes nothing of other meters, and the budget is the reason', async (probe) => {
    const [rate, slots, money] = [still(), places(0), budget(10)];
    await probe.deny(
      [
        [rate, 1_000],
        [slots, 1],
        [money, 11],
      ],
      'spent',
      money,
    );
    await probe.expect(rate, { level: 100, outstanding: 0 });
    await probe.expect(money, { level: 10, outstanding: 0 });
  }),

  storeCase('limits can be forced without budgets', async (probe) => {
    const [slots, money] = [places(0), budget(10)];
    await probe.grant(
      [
        [slots, 1],
        [money, 10],
      ],
      { force: 'limits' },
    );
    const refused = await probe.ask(
      [
        [slots, 1],
        [money, 1],
      ],
      { force: 'limits' },
    );
    assert.ok(!refused.granted && refused.reason === 'spent');
    await probe.expect(slots, { outstanding: 1 });
    await probe.grant([[money, 5]], { force: true });
    await probe.expect(money, { level: -5, outstanding: 15 });
  }),

  storeCase('a reservation whose holder is gone counts as spent until it is corrected', async (probe) => {
    const money = budget(100);
    const lease = await probe.grant([[money, 60]], { leaseMs: 50 });
    await probe.advance(60);
    await probe.expect(money, { level: 40, outstanding: 0 });
    await probe.settle(lease, 10);
    await probe.expect(money, { level: 90, outstanding: 0 });
    await probe.settle(lease, 0);
    await probe.expect(money, { level: 90, outstanding: 0 });
  }),

  storeCase('a stretch that moves on forgets what is out of it, and says when', async (probe) => {
    const money = budget(100, { rollingMs: 300 });
    const lease = await probe.grant([[money, 80]]);
    await probe.settle(lease, 80);
    const { waitMs } = await probe.deny([[money, 30]], 'spent', money);
    assert.ok(waitMs !== null && waitMs > 200 && waitMs <= 305, `it waits ${waitMs} ms`);
    await probe.advance(waitMs);
    await probe.grant([[money, 100]]);
  }),

  storeCase('no wait is named that would not help', async (probe) => {
    const money = budget(100, { rollingMs: 300 });
    await probe.grant([[money, 80]]);
    assert.equal((await probe.deny([[money, 30]], 'spent', money)).waitMs, null);
    assert.equal((await probe.deny([[money, 101]], 'spent', money)).waitMs, null);
  }),

  storeCase('a budget is topped up, corrected and reset', async (probe) => {
    const money = budget(100);
    const lease = await probe.grant([[money, 100]]);
    await probe.observe({ meter: money, credit: 50 });
    await probe.grant([[money, 50]]);
    await probe.expect(money, { limit: 150, level: 0, outstanding: 150 });
    await probe.settle(lease, 90);
    await probe.observe({ meter: money, spent: { amount: -30, agoMs: 0 } });
    await probe.expect(money, { limit: 150, level: 40, outstanding: 50 });
    await probe.observe({ meter: money, spent: { amount: 5, agoMs: 0 } });
    await probe.expect(money, { level: 35 });
    await probe.observe({ meter: money, reset: true });
    await probe.expect(money, { limit: 100, level: 50, outstanding: 50 });
  }),

  storeCase('a correction of what is out of the stretch by now changes nothing', async (probe) => {
    const money = budget(100, { rollingMs: 300 });
    await probe.settle(await probe.grant([[money, 40]]), 40);
    await probe.observe({ meter: money, spent: { amount: -40, agoMs: 10_000 } });
    await probe.expect(money, { level: 60 });
  }),

  storeCase('a note is kept for a while and handed out once', async (probe) => {
    const [kept, late] = [`contract/${randomUUID()}`, `contract/${randomUUID()}`];
    const { store } = probe;
    assert.equal(await store.take(kept), null);
    await store.keep(kept, 'first', 60_000);
    await store.keep(kept, 'naïve — ✓', 60_000);
    await store.keep(late, 'late', 50);
    await probe.advance(60);
    assert.equal(await store.take(kept), 'naïve — ✓');
    assert.equal(await store.take(kept), null);
    assert.equal(await store.take(late), null);
  }),
];
