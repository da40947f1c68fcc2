import assert from 'node:assert/strict';
import { flowing, places, still } from './case-meters.js';
import type { AdmissionStoreCase } from './contract-case.js';
import { assertBetween, assertNear, storeCase } from './store-probe.js';

/** What is granted, what is not, and what is said then. */
export const grantingCases: readonly AdmissionStoreCase[] = [
  storeCase('a meter that nobody has used is full', async (probe) => {
    const [rate, slots] = [still({ burstShare: 0.5 }), places(3)];
    const [ofRate, ofSlots] = await probe.standings(rate, slots);
    assert.equal(ofRate?.meter.key, rate.key);
    assertNear(ofRate.level, 50);
    assertNear(ofRate.burst, 50, 'burst');
    assertNear(ofRate.limit, 100, 'limit');
    assertNear(ofRate.ratePerMs, (100 * 0.0001) / 60_000, 'rate');
    assert.equal(ofRate.learnedLimit, null);
    assert.equal(ofSlots?.meter.key, slots.key);
    const { limit, learnedLimit, burst, level, outstanding, ratePerMs, closedForMs, closedBy } = ofSlots;
    assert.deepEqual(
      { limit, burst, level, outstanding, ratePerMs },
      { limit: 3, burst: 3, level: 3, outstanding: 0, ratePerMs: 0 },
    );
    assert.deepEqual({ learnedLimit, closedForMs, closedBy }, { learnedLimit: null, closedForMs: 0, closedBy: null });
  }),

  storeCase('granted claims are taken from the level and outstanding', async (probe) => {
    const [rate, slots] = [still(), places(3)];
    await probe.grant([
      [rate, 30],
      [slots, 2],
    ]);
    await probe.expect(rate, { level: 70, outstanding: 30 });
    await probe.expect(slots, { level: 1, outstanding: 2 });
  }),

  storeCase('all claims are granted or none of them', async (probe) => {
    const [first, second, slots] = [still(), still(), places(1)];
    await probe.grant([[second, 60]]);
    await probe.deny(
      [
        [first, 10],
        [slots, 1],
        [second, 50],
      ],
      'level',
      second,
    );
    await probe.expect(first, { level: 100, outstanding: 0 });
    await probe.expect(slots, { level: 1, outstanding: 0 });
    await probe.expect(second, { level: 40, outstanding: 60 });
  }),

  storeCase('two claims of one meter are asked of it together', async (probe) => {
    const rate = still();
    await probe.deny(
      [
        [rate, 60],
        [rate, 60],
      ],
      'never',
      rate,
    );
    const lease = await probe.grant([
      [rate, 60],
      [rate, 30],
    ]);
    await probe.expect(rate, { level: 10, outstanding: 90 });
    await probe.settle(lease, 20, null);
    await probe.expect(rate, { level: 50, outstanding: 30 });
  }),

  storeCase('claims of nothing, and no claims at all, are granted of what has something left', async (probe) => {
    const rate = still();
    await probe.grant([[rate, 0]]);
    await probe.grant([]);
    await probe.expect(rate, { level: 100, outstanding: 0 });
  }),

  storeCase('asking how meters stand takes nothing', async (probe) => {
    const [rate, slots] = [still(), places(1)];
    await probe.standings(rate, slots, rate);
    await probe.standings(rate, slots);
    await probe.grant([
      [rate, 100],
      [slots, 1],
    ]);
    assert.deepEqual(await probe.standings(), []);
  }),

  storeCase('a level that is too low says how long it takes, and no shorter wait is any use', async (probe) => {
    const rate = flowing(100);
    const lease = await probe.grant([[rate, 100]]);
    await probe.settle(lease, 100);
    const { waitMs } = await probe.deny([[rate, 50]], 'level', rate);
    assertBetween(waitMs ?? NaN, 200, 501, 'wait');
    await probe.advance((waitMs ?? NaN) / 4);
    const denial = await probe.deny([[rate, 50]], 'level', rate);
    await probe.advance(denial.waitMs ?? NaN);
    await probe.grant([[rate, 50]]);
  }),

  storeCase('the meter is named that takes longest', async (probe) => {
    const [fast, slow, slots] = [flowing(50), flowing(100), places(1)];
    const lease = await probe.grant([
      [fast, 50],
      [slow, 100],
      [slots, 1],
    ]);
    await probe.settle(lease, 50, 100, null);
    const { waitMs } = await probe.deny(
      [
        [slots, 1],
        [fast, 50],
        [slow, 90],
      ],
      'level',
      slow,
    );
    assertBetween(waitMs ?? NaN, 600, 901, 'wait');
  }),

  storeCase('where only a settlement helps, no wait is named', async (probe) => {
    const [rate, slots] = [flowing(100), places(1)];
    await probe.grant([
      [rate, 60],
      [slots, 1],
    ]);
    assert.equal((await probe.deny([[rate, 50]], 'level', rate)).waitMs, null);
    assert.equal((await probe.deny([[slots, 1]], 'slots', slots)).waitMs, null);
  }),

  storeCase('a claim above what a meter can ever give at once is told so, full or not', async (probe) => {
    const [rate, slots, empty] = [still({ burstShare: 0.5 }), places(2), still()];
    await probe.grant([[empty, 100]]);
    assert.equal((await probe.deny([[rate, 51]], 'never', rate)).waitMs, null);
    assert.equal((await probe.deny([[slots, 3]], 'never', slots)).waitMs, null);
    await probe.deny(
      [
        [empty, 1],
        [rate, 51],
      ],
      'never',
      rate,
    );
    await probe.grant([
      [rate, 50],
      [slots, 2],
    ]);
  }),

  storeCase('one request can be had at once, however low the limit is', async (probe) => {
    const rate = still({ limit: 2, burstShare: 0.1 });
    await probe.expect(rate, { level: 1 });
    await probe.grant([[rate, 1]]);
  }),

  storeCase('meters without a bound count all the same', async (probe) => {
    const [rate, slots] = [still({ limit: Infinity }), places(Infinity)];
    const lease = await probe.grant([
      [rate, 1_000_000],
      [slots, 1_000],
    ]);
    await probe.expect(rate, { outstanding: 1_000_000 });
    await probe.expect(slots, { outstanding: 1_000 });
    assert.equal((await probe.standing(rate)).level, Infinity);
    await probe.settle(lease, 5, 1_000);
    await probe.expect(rate, { outstanding: 0 });
    assert.equal((await probe.standing(slots)).level, Infinity);
  }),

  storeCase('of many who ask at the same moment as many are served as there is room for', async (probe) => {
    const [rate, other, slots] = [still(), still({ limit: 50 }), places(4)];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        probe.ask(
          i % 2 === 0
            ? [
                [rate, 10],
                [other, 10],
              ]
            : [
                [other, 10],
                [rate, 10],
              ],
        ),
      ),
    );
    assert.equal(answers.filter(({ granted }) => granted).length, 5);
    await probe.expect(rate, { level: 50, outstanding: 50 });
    await probe.expect(other, { level: 0, outstanding: 50 });
    const seats = await Promise.all(Array.from({ length: 20 }, () => probe.ask([[slots, 1]])));
    assert.equal(seats.filter(({ granted }) => granted).length, 4);
  }),

  storeCase('what must be counted is granted by force, as debt', async (probe) => {
    const [rate, slots] = [still(), places(1)];
    await probe.grant([
      [rate, 90],
      [slots, 1],
    ]);
    await probe.observe({ meter: slots, closed: { forMs: Infinity, by: 'pause' } });
    const lease = await probe.grant(
      [
        [rate, 200],
        [slots, 1],
      ],
      { force: true },
    );
    await probe.expect(rate, { level: -190, outstanding: 290 });
    await probe.expect(slots, { level: -1, outstanding: 2 });
    await probe.settle(lease, 20, 1);
    await probe.expect(rate, { level: -10, outstanding: 90 });
    await probe.deny([[rate, 0]], 'level', rate);
  }),

  storeCase('amounts that cannot be counted are refused before anything has changed', async (probe) => {
    const [rate, slots] = [still(), places(2)];
    for (const amount of [NaN, -1, Infinity, '1' as unknown as number, undefined as unknown as number]) {
      await probe.refuses(() =>
        probe.ask([
          [rate, 10],
          [slots, amount],
        ]),
      );
      await probe.refuses(() => probe.ask([[rate, amount]], { force: true }));
    }
    await probe.expect(rate, { level: 100, outstanding: 0 });
    await probe.expect(slots, { level: 2, outstanding: 0 });
  }),

  storeCase('claims are refused that are not one amount for each meter', async (probe) => {
    const rate = still();
    for (const amounts of [[], [10, 10]]) {
      await probe.refuses(() => probe.store.acquire({ meters: [rate], amounts }, { leaseMs: 1_000 }));
    }
    await probe.expect(rate, { level: 100, outstanding: 0 });
  }),
];
