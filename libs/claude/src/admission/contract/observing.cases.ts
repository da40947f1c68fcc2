import assert from 'node:assert/strict';
import { flowing, places, still } from './case-meters.js';
import type { AdmissionStoreCase } from './contract-case.js';
import { assertBetween, storeCase } from './store-probe.js';

/** What the other side tells, what somebody decides, and what becomes of meters that change. */
export const observingCases: readonly AdmissionStoreCase[] = [
  storeCase('a limit that is named lowers the configured one, never raises it', async (probe) => {
    const rate = still();
    await probe.observe({ meter: rate, limit: 40 });
    assert.equal((await probe.standing(rate)).limit, 40);
    assert.equal((await probe.standing(rate)).learnedLimit, 40);
    await probe.expect(rate, { level: 40 });
    await probe.observe({ meter: rate, limit: 4_000 });
    assert.equal((await probe.standing(rate)).limit, 100);
    assert.equal((await probe.standing(rate)).learnedLimit, 4_000);
  }),

  storeCase('a lower limit leaves no more than its burst, less what is held', async (probe) => {
    const rate = still();
    const lease = await probe.grant([[rate, 30]]);
    await probe.observe({ meter: rate, limit: 40 });
    await probe.expect(rate, { level: 10, outstanding: 30 });
    await probe.settle(lease, 0);
    await probe.expect(rate, { level: 40, outstanding: 0 });
  }),

  storeCase('a limit that rises is not there at once: it flows', async (probe) => {
    const rate = flowing(60);
    await probe.observe({ meter: rate, limit: 3_000 });
    await probe.expect(rate, { level: 30 });
    await probe.observe({ meter: rate, limit: 6_000 });
    assertBetween((await probe.standing(rate)).level, 30, 55);
    await probe.advance(400);
    await probe.expect(rate, { level: 60 });
  }),

  storeCase('the burst stays the same share of a limit that is learned', async (probe) => {
    const rate = still({ burstShare: 0.5, refillShare: 0.5 });
    await probe.observe({ meter: rate, limit: 60 });
    const { burst, ratePerMs } = await probe.standing(rate);
    assert.equal(burst, 30);
    assert.equal(ratePerMs, (0.5 * 60) / 60_000);
  }),

  storeCase('a guess gives way to the first limit that is named, upwards too, and so does its level', async (probe) => {
    const rate = still({ isGuess: true });
    const lease = await probe.grant([[rate, 80]]);
    await probe.observe({ meter: rate, limit: 1_000 });
    await probe.expect(rate, { level: 920, outstanding: 80 });
    await probe.settle(lease, 100);
    await probe.expect(rate, { level: 900 });
    await probe.observe({ meter: rate, limit: 2_000 });
    assert.equal((await probe.standing(rate)).limit, 2_000);
    await probe.expect(rate, { level: 900 });
  }),

  storeCase('a guess gives way downwards', async (probe) => {
    const rate = still({ isGuess: true });
    await probe.observe({ meter: rate, limit: 20 });
    await probe.expect(rate, { level: 20 });
    await probe.deny([[rate, 21]], 'never', rate);
  }),

  storeCase('the level that replaces a guess is what is said to be left', async (probe) => {
    const rate = still({ isGuess: true });
    const lease = await probe.grant([[rate, 80]]);
    await probe.observe({ meter: rate, limit: 1_000, remaining: 300 }, lease);
    await probe.expect(rate, { level: 300, outstanding: 80 });
  }),

  storeCase('a claim above the burst of a guess waits for a full bucket and goes as debt', async (probe) => {
    const rate = still({ isGuess: true });
    const held = await probe.grant([[rate, 1]]);
    assert.equal((await probe.deny([[rate, 250]], 'level', rate)).waitMs, null);
    await probe.settle(held, 0);
    await probe.grant([[rate, 250]]);
    await probe.expect(rate, { level: -150, outstanding: 250 });
    await probe.deny([[rate, 1]], 'level', rate);
    await probe.observe({ meter: rate, limit: 200 });
    await probe.deny([[rate, 250]], 'never', rate);
  }),

  storeCase('where no limit was known, one that is named holds', async (probe) => {
    const rate = still({ limit: Infinity });
    await probe.grant([[rate, 30]]);
    await probe.observe({ meter: rate, limit: 100 });
    await probe.expect(rate, { level: 70, outstanding: 30 });
    await probe.deny([[rate, 71]], 'level', rate);
  }),

  storeCase('a limit of 0 grants nothing, until another is named', async (probe) => {
    const rate = still({ refillShare: 1 });
    await probe.observe({ meter: rate, limit: 0 });
    await probe.deny([[rate, 1]], 'never', rate);
    await probe.observe({ meter: rate, limit: 100 });
    await probe.deny([[rate, 1]], 'level', rate);
  }),

  storeCase('what is said to be left lowers the level, and never raises it', async (probe) => {
    const rate = still();
    await probe.observe({ meter: rate, remaining: 40 });
    await probe.expect(rate, { level: 40 });
    await probe.observe({ meter: rate, remaining: 90 });
    await probe.expect(rate, { level: 40 });
  }),

  storeCase('what was granted after the request is not in what is said to be left', async (probe) => {
    const rate = still();
    await probe.grant([[rate, 1]]);
    const since = await probe.grant([[rate, 10]]);
    const after = await probe.grant([[rate, 20]]);
    await probe.settle(after, 20);
    await probe.observe({ meter: rate, remaining: 60 }, since);
    await probe.expect(rate, { level: 40 });
  }),

  storeCase('the request may be settled when its answer is read', async (probe) => {
    const rate = still();
    const since = await probe.grant([[rate, 10]]);
    await probe.settle(since, 10);
    await probe.observe({ meter: rate, remaining: 50 }, since);
    await probe.expect(rate, { level: 50 });
  }),

  storeCase('what is counted as it is used may still be used up by all that is held', async (probe) => {
    const rate = still({ counted: 'as-used' });
    const since = await probe.grant([[rate, 10]]);
    await probe.grant([[rate, 20]]);
    await probe.observe({ meter: rate, remaining: 60 }, since);
    await probe.expect(rate, { level: 30 });
  }),

  storeCase('tokens said to be left are rounded to thousands, requests are not', async (probe) => {
    const [tokens, requests] = [still({ limit: 10_000, minBurst: 0 }), still()];
    await probe.observeAll([
      { meter: tokens, remaining: 2_000 },
      { meter: requests, remaining: 0 },
    ]);
    assertBetween((await probe.standing(tokens)).level, 2_000, 2_500.01);
    await probe.expect(requests, { level: 0 });
  }),

  storeCase('a closed meter grants nothing for so long, whatever its kind', async (probe) => {
    for (const meter of [still(), places(2)]) {
      await probe.observe({ meter, closed: { forMs: 300, by: 'retry-after' } });
      const { waitMs, standings } = await probe.deny([[meter, 1]], 'closed', meter);
      assertBetween(waitMs ?? NaN, 1, 300, 'wait');
      assert.equal(standings[0]?.closedBy, 'retry-after');
      await probe.advance(310);
      await probe.grant([[meter, 1]]);
      const { closedForMs, closedBy } = await probe.standing(meter);
      assert.deepEqual([closedForMs, closedBy], [0, null]);
    }
  }),

  storeCase('closing a meter again only makes it longer', async (probe) => {
    const rate = still();
    await probe.observe({ meter: rate, closed: { forMs: 10_000, by: 'spend' } });
    await probe.observe({ meter: rate, closed: { forMs: 100, by: 'retry-after' } });
    const { closedForMs, closedBy } = await probe.standing(rate);
    assertBetween(closedForMs, 5_000, 10_000, 'closed time');
    assert.equal(closedBy, 'spend');
    await probe.observe({ meter: rate, closed: { forMs: 20_000, by: 'retry-after' } });
    assertBetween((await probe.standing(rate)).closedForMs, 15_000, 20_000, 'closed time');
    assert.equal((await probe.standing(rate)).closedBy, 'retry-after');
  }),

  storeCase('a meter closed until it is opened names no wait, and 0 milliseconds open it', async (probe) => {
    const [rate, slow] = [still(), flowing(100)];
    await probe.grant([[slow, 100]]);
    await probe.observe({ meter: rate, closed: { forMs: Infinity, by: 'pause' } });
    assert.equal(
      (
        await probe.deny(
          [
            [slow, 10],
            [rate, 1],
          ],
          'closed',
          rate,
        )
      ).waitMs,
      null,
    );
    assert.equal((await probe.standing(rate)).closedForMs, Infinity);
    await probe.observe({ meter: rate, closed: { forMs: 0, by: 'retry-after' } });
    await probe.grant([[rate, 1]]);
    assert.equal((await probe.standing(rate)).closedBy, null);
  }),

  storeCase('a closed meter is settled and refilled as ever', async (probe) => {
    const rate = flowing(60);
    const lease = await probe.grant([[rate, 60]]);
    await probe.observe({ meter: rate, closed: { forMs: Infinity, by: 'pause' } });
    await probe.settle(lease, 60);
    await probe.advance(800);
    await probe.expect(rate, { level: 60, outstanding: 0 });
  }),

  storeCase('places have a limit that can be named, too', async (probe) => {
    const slots = places(5);
    await probe.observe({ meter: slots, limit: 1 });
    await probe.grant([[slots, 1]]);
    await probe.deny([[slots, 1]], 'slots', slots);
    await probe.deny([[slots, 2]], 'never', slots);
  }),

  storeCase(
    'a meter is what its key says: one described anew keeps what is left and takes the new limit',
    async (probe) => {
      const rate = flowing(60);
      await probe.grant([[rate, 20]]);
      const smaller = { ...rate, limit: 3_000 };
      await probe.expect(smaller, { level: 10, outstanding: 20 });
      await probe.deny([[smaller, 31]], 'never', smaller);
      const larger = { ...rate, limit: 12_000 };
      assertBetween((await probe.standing(larger)).level, 10, 90);
      await probe.advance(700);
      await probe.expect(larger, { level: 100, outstanding: 20 });
      const slots = places(1);
      await probe.grant([[slots, 1]]);
      await probe.expect({ ...slots, limit: 3 }, { level: 2, outstanding: 1 });
    },
  ),

  storeCase('observations that say nothing are refused before anything has changed', async (probe) => {
    const rate = still();
    for (const wrong of [NaN, -1, '5' as unknown as number]) {
      await probe.refuses(() =>
        probe.observeAll([
          { meter: rate, limit: 10 },
          { meter: rate, limit: wrong },
        ]),
      );
      await probe.refuses(() => probe.observe({ meter: rate, remaining: wrong }));
      await probe.refuses(() => probe.observe({ meter: rate, closed: { forMs: wrong, by: 'pause' } }));
    }
    await probe.expect(rate, { level: 100 });
  }),
];
