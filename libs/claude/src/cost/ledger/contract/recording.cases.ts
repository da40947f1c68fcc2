import assert from 'node:assert/strict';
import { NO_SAVINGS } from '../../savings/call-savings.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../covered-period.js';
import type { UsageLedgerCase } from './contract-case.js';
import { assertShares, assertSums, ledgerCase } from './ledger-probe.js';
import { usagePart } from './usage-entries.js';

/** What counts, when, and what is kept of it. */
export const recordingCases: readonly UsageLedgerCase[] = [
  ledgerCase('an entry counts once, in one lot, in another, and with another time', async (probe) => {
    const parts = [usagePart({ costNanoUsd: 3 })];
    const entry = probe.entry({ id: 'once', user: 'ada', parts });
    await probe.record(entry, entry, probe.entry({ id: 'other', user: 'ada', parts }));
    await probe.record(entry);
    await probe.record(
      { ...entry, atMs: entry.atMs - 40 * MINUTE_MS },
      probe.entry({ id: 'third', user: 'ada', parts }),
    );
    const summary = await probe.last();
    assertSums(summary, { requests: 3, totalCostNanoUsd: 9 });
    assertShares(summary.byUser, [['ada', 3, 9]]);
    assert.deepEqual(
      (await probe.recent(10)).map(({ id }) => id),
      ['third', 'other', 'once'],
    );
  }),

  ledgerCase('entries that are recorded by several at once count once', async (probe) => {
    const entries = Array.from({ length: 60 }, (_, n) =>
      probe.entry({ user: `u${n % 7}`, parts: [usagePart({ costNanoUsd: n, model: `m${n % 3}` })] }),
    );
    await Promise.all([
      probe.record(...entries),
      probe.record(...entries.toReversed()),
      probe.record(...entries.slice(20, 40)),
    ]);
    const { requests, totalCostNanoUsd, byUser } = await probe.last();
    assert.deepEqual([requests, totalCostNanoUsd, byUser.length], [60, 1_770, 7]);
    assert.equal((await probe.recent(100)).length, 60);
  }),

  ledgerCase('a very long id is told from another that begins the same', async (probe) => {
    const long = 'x'.repeat(5_000);
    await probe.record(
      probe.entry({ id: `${long}1` }),
      probe.entry({ id: `${long}2` }),
      probe.entry({ id: `${long}1` }),
    );
    assertSums(await probe.last(), { requests: 2 });
  }),

  ledgerCase('the last entries are kept whole, newest first', async (probe) => {
    const entry = probe.entry({
      operation: 'messages.stream',
      model: 'claude-opus-5',
      requestType: 'chat',
      user: 'ada "l\\',
      tags: { team: 'red', env: 'x' },
      outcome: 'abandoned',
      savingsNanoUsd: { ...NO_SAVINGS, cachingSaved: -7 },
      parts: [usagePart({ model: null, costNanoUsd: 5, accuracy: 'estimated', unpriced: ['model'] }), usagePart()],
    });
    await probe.record(probe.entry({ id: 'first' }), entry);
    await probe.record(probe.entry({ id: 'last', atMs: probe.nowMs - HOUR_MS }));
    const [last, whole, ...rest] = await probe.recent(10);
    assert.deepEqual([last?.id, rest.map(({ id }) => id)], ['last', ['first']]);
    assert.deepEqual(whole, entry);
    assert.deepEqual(
      (await probe.recent(1)).map(({ id }) => id),
      ['last'],
    );
  }),

  ledgerCase('minutes are told apart for six hours, hours for eight days, and days for longer', async (probe) => {
    const ages = [MINUTE_MS, 2 * HOUR_MS, 2 * DAY_MS, 20 * DAY_MS];
    await probe.record(...ages.map((ageMs) => probe.entry({ atMs: probe.nowMs - ageMs })));
    const last = async (ms: number): Promise<unknown> => {
      const { requests, period } = await probe.last(ms);
      return [requests, period];
    };
    const covered = (ms: number, lengthMs: number, resolution: string): unknown => ({
      from: new Date(Math.floor((probe.nowMs - ms) / lengthMs) * lengthMs).toISOString(),
      to: new Date(Math.ceil((probe.nowMs + 1) / lengthMs) * lengthMs).toISOString(),
      resolution,
    });
    assert.deepEqual(await last(HOUR_MS), [1, covered(HOUR_MS, MINUTE_MS, 'minute')]);
    assert.deepEqual(await last(5 * HOUR_MS), [2, covered(5 * HOUR_MS, MINUTE_MS, 'minute')]);
    assert.deepEqual(await last(7 * DAY_MS), [3, covered(7 * DAY_MS, HOUR_MS, 'hour')]);
    assert.deepEqual(await last(30 * DAY_MS), [4, covered(30 * DAY_MS, DAY_MS, 'day')]);
  }),

  ledgerCase('a period takes whole stretches from its first moment until before its last', async (probe) => {
    const noonMs = Math.floor(probe.nowMs / DAY_MS) * DAY_MS - 3 * DAY_MS + 12 * HOUR_MS;
    const at = (atMs: number, costNanoUsd: number) => probe.entry({ atMs, parts: [usagePart({ costNanoUsd })] });
    await probe.record(at(noonMs - 1, 1), at(noonMs, 10), at(noonMs + HOUR_MS - 1, 100), at(noonMs + HOUR_MS, 1_000));
    assertSums(await probe.between(noonMs, noonMs + HOUR_MS), { totalCostNanoUsd: 110 });
    assertSums(await probe.between(noonMs + 1, noonMs + HOUR_MS + 1), { totalCostNanoUsd: 1_110 });
    assertSums(await probe.between(noonMs - HOUR_MS, noonMs), { totalCostNanoUsd: 1 });
  }),

  ledgerCase('days, hours and minutes add up to the same, over any stretch of a month', async (probe) => {
    const today = Math.floor(probe.nowMs / DAY_MS) * DAY_MS;
    const days = Array.from({ length: 30 }, (_, n) => n + 1);
    await probe.record(
      ...days.map((day) =>
        probe.entry({
          atMs: today - day * DAY_MS + ((day * 7_919_000) % DAY_MS),
          user: `u${day % 4}`,
          parts: [usagePart({ costNanoUsd: 2 ** day })],
        }),
      ),
    );
    for (const first of [30, 23, 14, 9, 4]) {
      for (const past of [0, 1, 3]) {
        const { totalCostNanoUsd, byUser } = await probe.between(today - first * DAY_MS, today - past * DAY_MS);
        const expected = days.filter((day) => day <= first && day > past).reduce((sum, day) => sum + 2 ** day, 0);
        assert.equal(totalCostNanoUsd, expected, `from ${first} to ${past} days ago`);
        assert.equal(
          byUser.reduce((sum, share) => sum + share.totalCostNanoUsd, 0),
          expected,
        );
      }
    }
  }),

  ledgerCase('what comes late counts when it happened, however often was asked before', async (probe) => {
    await probe.record(probe.entry());
    assertSums(await probe.last(2 * DAY_MS), { requests: 1 });
    await probe.record(probe.entry({ atMs: probe.nowMs - DAY_MS }));
    assertSums(await probe.last(2 * DAY_MS), { requests: 2 });
    assertSums(await probe.last(HOUR_MS), { requests: 1 });
  }),

  ledgerCase('what is older than the ledger reaches back does not count', async (probe) => {
    await probe.record(probe.entry({ atMs: probe.nowMs - 4_000 * DAY_MS }), probe.entry());
    assertSums(await probe.last(3_660 * DAY_MS), { requests: 1 });
  }),
];
