import assert from 'node:assert/strict';
import { flowing, places, still } from './case-meters.js';
import type { AdmissionStoreCase } from './contract-case.js';
import { assertBetween, storeCase } from './store-probe.js';

/** How claims are replaced by what was used, and what flows back meanwhile. */
export const settlingCases: readonly AdmissionStoreCase[] = [
  storeCase('a settlement replaces the claims by what was used', async (probe) => {
    const [rate, slots] = [still(), places(2)];
    const lease = await probe.grant([
      [rate, 60],
      [slots, 1],
    ]);
    await probe.settle(lease, 25, 1);
    await probe.expect(rate, { level: 75, outstanding: 0 });
    await probe.expect(slots, { level: 2, outstanding: 0 });
  }),

  storeCase('claims that were too low leave a debt, which is paid back first', async (probe) => {
    const rate = flowing(100);
    const lease = await probe.grant([[rate, 100]]);
    await probe.settle(lease, 150);
    const { level } = await probe.standing(rate);
    assertBetween(level, -50, -10);
    const { waitMs } = await probe.deny([[rate, 20]], 'level', rate);
    assertBetween(waitMs ?? NaN, 300, 701, 'wait');
    await probe.advance(waitMs ?? NaN);
    await probe.grant([[rate, 20]]);
  }),

  storeCase('claims are settled one by one; null leaves one held', async (probe) => {
    const [first, second, slots] = [still(), still(), places(1)];
    const lease = await probe.grant([
      [first, 50],
      [second, 50],
      [slots, 1],
    ]);
    await probe.settle(lease, null, 10, null);
    await probe.expect(first, { level: 50, outstanding: 50 });
    await probe.expect(second, { level: 90, outstanding: 0 });
    await probe.expect(slots, { level: 0, outstanding: 1 });
    await probe.settle(lease, 0, null, 1);
    await probe.expect(first, { level: 100, outstanding: 0 });
    await probe.expect(second, { level: 90, outstanding: 0 });
    await probe.expect(slots, { level: 1, outstanding: 0 });
  }),

  storeCase('a claim is settled once', async (probe) => {
    const [first, second, slots] = [still(), still(), places(2)];
    await probe.grant([
      [first, 20],
      [second, 20],
      [slots, 1],
    ]);
    const lease = await probe.grant([
      [first, 50],
      [second, 50],
      [slots, 1],
    ]);
    await probe.settle(lease, 10, null, 1);
    await probe.settle(lease, 0, 30, 1);
    await probe.settle(lease, 0, 0, 0);
    await probe.expect(first, { level: 70, outstanding: 20 });
    await probe.expect(second, { level: 50, outstanding: 20 });
    await probe.expect(slots, { level: 1, outstanding: 1 });
  }),

  storeCase('settlements at the same moment count once too', async (probe) => {
    const rate = still();
    const lease = await probe.grant([[rate, 50]]);
    await Promise.all(Array.from({ length: 10 }, () => probe.settle(lease, 20)));
    await probe.expect(rate, { level: 80, outstanding: 0 });
  }),

  storeCase('what is used of a place does not matter: it is free', async (probe) => {
    const slots = places(2);
    const lease = await probe.grant([[slots, 2]]);
    await probe.settle(lease, 0);
    await probe.expect(slots, { level: 2, outstanding: 0 });
  }),

  storeCase('amounts that cannot be counted settle nothing', async (probe) => {
    const [rate, slots] = [still(), places(1)];
    const lease = await probe.grant([
      [rate, 50],
      [slots, 1],
    ]);
    for (const amount of [NaN, -1, Infinity, '1' as unknown as number, undefined as unknown as number]) {
      await probe.refuses(() => probe.settle(lease, 10, amount));
    }
    await probe.refuses(() => probe.settle(lease, 10));
    await probe.expect(rate, { level: 50, outstanding: 50 });
    await probe.expect(slots, { level: 0, outstanding: 1 });
  }),

  storeCase('a level flows back, up to the burst', async (probe) => {
    const rate = flowing(60);
    const lease = await probe.grant([[rate, 60]]);
    await probe.settle(lease, 60);
    await probe.advance(200);
    assertBetween((await probe.standing(rate)).level, 19, 55);
    await probe.advance(800);
    await probe.expect(rate, { level: 60, outstanding: 0 });
  }),

  storeCase('nothing flows into the place of a claim that is held', async (probe) => {
    const rate = flowing(60);
    const held = await probe.grant([[rate, 40]]);
    await probe.advance(700);
    await probe.expect(rate, { level: 20, outstanding: 40 });
    assert.equal((await probe.deny([[rate, 21]], 'level', rate)).waitMs, null);
    await probe.settle(held, 0);
    await probe.expect(rate, { level: 60, outstanding: 0 });
  }),

  storeCase('an expired lease counts as used, and its places are free', async (probe) => {
    const [rate, slots] = [still(), places(1)];
    await probe.grant(
      [
        [rate, 40],
        [slots, 1],
      ],
      { leaseMs: 300 },
    );
    await probe.expect(rate, { level: 60, outstanding: 40 });
    await probe.expect(slots, { level: 0, outstanding: 1 });
    await probe.advance(310);
    await probe.expect(rate, { level: 60, outstanding: 0 });
    await probe.expect(slots, { level: 1, outstanding: 0 });
    await probe.grant([
      [rate, 60],
      [slots, 1],
    ]);
  }),

  storeCase('an expired lease holds nothing back any more', async (probe) => {
    const rate = flowing(30);
    await probe.grant([[rate, 30]], { leaseMs: 100 });
    await probe.advance(600);
    await probe.grant([[rate, 30]]);
  }),

  storeCase('what was settled before the lease expired stays as it is', async (probe) => {
    const [first, second] = [still(), still()];
    const lease = await probe.grant(
      [
        [first, 40],
        [second, 40],
      ],
      { leaseMs: 200 },
    );
    await probe.settle(lease, 10, null);
    await probe.advance(210);
    await probe.expect(first, { level: 90, outstanding: 0 });
    await probe.expect(second, { level: 60, outstanding: 0 });
  }),

  storeCase('a settlement after the lease has expired corrects what was counted, once', async (probe) => {
    const [less, more, slots] = [still(), still(), places(1)];
    const lease = await probe.grant(
      [
        [less, 40],
        [more, 40],
        [slots, 1],
      ],
      { leaseMs: 100 },
    );
    await probe.advance(110);
    await probe.grant([[slots, 1]]);
    for (let times = 0; times < 2; times += 1) {
      await probe.settle(lease, 10, 70, 1);
      await probe.expect(less, { level: 90, outstanding: 0 });
      await probe.expect(more, { level: 30, outstanding: 0 });
      await probe.expect(slots, { level: 0, outstanding: 1 });
    }
  }),

  storeCase('a settlement after the lease has expired never makes more than a burst', async (probe) => {
    const rate = flowing(30);
    const lease = await probe.grant([[rate, 30]], { leaseMs: 100 });
    await probe.advance(600);
    await probe.settle(lease, 0);
    await probe.expect(rate, { level: 30, outstanding: 0 });
  }),

  storeCase('leases last for as long as they are renewed', async (probe) => {
    const [first, second] = [still(), places(1)];
    const leases = [
      await probe.grant([[first, 40]], { leaseMs: 500 }),
      await probe.grant([[second, 1]], { leaseMs: 500 }),
    ];
    await probe.advance(250);
    await probe.renew(new Set(leases), 700);
    await probe.advance(300);
    await probe.expect(first, { level: 60, outstanding: 40 });
    await probe.expect(second, { outstanding: 1 });
    await probe.advance(450);
    await probe.expect(first, { level: 60, outstanding: 0 });
    await probe.expect(second, { outstanding: 0 });
  }),

  storeCase('a lease can be renewed for less than it had', async (probe) => {
    const rate = still();
    const lease = await probe.grant([[rate, 40]]);
    await probe.renew([lease], 100);
    await probe.advance(110);
    await probe.expect(rate, { level: 60, outstanding: 0 });
  }),

  storeCase('renewing a lease that has expired or is settled does nothing', async (probe) => {
    const rate = still();
    const expired = await probe.grant([[rate, 40]], { leaseMs: 100 });
    await probe.advance(110);
    const settled = await probe.grant([[rate, 10]]);
    await probe.settle(settled, 10);
    await probe.renew([expired, settled], 10_000);
    await probe.expect(rate, { level: 50, outstanding: 0 });
    await probe.settle(expired, 0);
    await probe.expect(rate, { level: 90, outstanding: 0 });
  }),
];
