import fc from 'fast-check';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import { SAVING_KINDS } from '../savings/call-savings.js';
import { MemoryLedger } from './memory-ledger.js';
import { usageEntry, usagePart } from './contract/usage-entries.js';
import type { UsageEntry } from './usage-entry.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const NOW = Date.UTC(2026, 5, 15, 12, 30, 30);

function setup(options: ConstructorParameters<typeof MemoryLedger>[1] = {}): {
  clock: ManualClock;
  ledger: MemoryLedger;
} {
  const clock = new ManualClock(NOW);
  return { clock, ledger: new MemoryLedger(clock, options) };
}

const anyPart = fc
  .record({
    model: fc.constantFrom('a', 'b', null),
    endpoint: fc.constantFrom('default', 'second'),
    inputTokens: fc.nat(1e6),
    cacheReadTokens: fc.nat(1e6),
    cacheWrite1hTokens: fc.nat(1e6),
    outputTokens: fc.nat(1e6),
    costNanoUsd: fc.nat(1e12),
    accuracy: fc.constantFrom('exact' as const, 'estimated' as const),
  })
  .map(usagePart);

const anyNanoUsd = fc.option(fc.integer({ min: -1e12, max: 1e12 }));

const anySavings = fc.record({
  cachingSaved: anyNanoUsd,
  optimizationSaved: anyNanoUsd,
  optimizationCouldSave: anyNanoUsd,
  cachingCouldSave: anyNanoUsd,
  batchCouldSave: anyNanoUsd,
  smallerModelCouldSave: anyNanoUsd,
  reserved: anyNanoUsd,
  usedOfReserved: anyNanoUsd,
});

const anyEntries = fc
  .array(
    fc.record({
      agoMs: fc.nat(DAY_MS),
      user: fc.constantFrom('u1', 'u2', null),
      tags: fc.constantFrom<Readonly<Record<string, string>>>({}, { team: 'red' }, { team: 'blue', env: 'test' }),
      requestType: fc.constantFrom('chat', null),
      savingsNanoUsd: anySavings,
      parts: fc.array(anyPart, { maxLength: 3 }),
    }),
    { maxLength: 40 },
  )
  .map((all) => all.map(({ agoMs, ...entry }, n) => usageEntry({ ...entry, id: `call-${n}`, atMs: NOW - agoMs })));

const costOf = (entries: readonly UsageEntry[]): number =>
  entries.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);

const sum = (shares: readonly { readonly totalCostNanoUsd: number }[]): number =>
  shares.reduce((total, { totalCostNanoUsd }) => total + totalCostNanoUsd, 0);

describe('MemoryLedger', () => {
  it('adds up to what was recorded, whatever it is broken down by', () => {
    fc.assert(
      fc.property(anyEntries, fc.constantFrom(1, 3, 10), (entries, days) => {
        const { ledger } = setup();
        ledger.record(entries);
        const summary = ledger.summarize({ fromMs: NOW - days * DAY_MS, toMs: NOW + 1 });
        const parts = entries.flatMap((entry) => entry.parts);
        expect(summary).toMatchObject({
          requests: entries.length,
          billedRequests: entries.filter((entry) => entry.parts.length > 0).length,
          totalCostNanoUsd: costOf(entries),
          inputTokens: parts.reduce((total, part) => total + part.inputTokens, 0),
          outputTokens: parts.reduce((total, part) => total + part.outputTokens, 0),
          cacheWriteTokens: parts.reduce((total, part) => total + part.cacheWrite1hTokens + part.cacheWrite5mTokens, 0),
        });
        for (const shares of [summary.byModel, summary.byUser, summary.byRequestType, summary.byEndpoint])
          expect(sum(shares)).toBe(summary.totalCostNanoUsd);
        const red = entries.filter(({ tags }) => tags['team'] === 'red');
        expect(sum(summary.byTag.filter(({ name }) => name === 'team=red'))).toBe(costOf(red));
        const ofB = parts.filter(({ model }) => model === 'b').map((part) => usageEntry({ parts: [part] }));
        expect(sum(summary.byModel.filter(({ name }) => name === 'b'))).toBe(costOf(ofB));
      }),
    );
  });

  it('adds up what was saved and could have been, and counts the calls that is about', () => {
    fc.assert(
      fc.property(anyEntries, fc.constantFrom(1, 3, 10), (entries, days) => {
        const { ledger } = setup();
        ledger.record(entries);
        const { savings } = ledger.summarize({ fromMs: NOW - days * DAY_MS, toMs: NOW + 1 });
        for (const kind of SAVING_KINDS) {
          const told = entries.map(({ savingsNanoUsd }) => savingsNanoUsd[kind]).filter((each) => each !== null);
          expect(savings[kind]).toEqual({ nanoUsd: told.reduce((total, each) => total + each, 0), calls: told.length });
        }
      }),
    );
  });

  it('tells minutes apart for six hours, hours for eight days, and days for longer', () => {
    const { ledger } = setup();
    const agesMs = [MINUTE_MS, 2 * HOUR_MS, 2 * DAY_MS, 20 * DAY_MS];
    ledger.record(agesMs.map((ageMs, n) => usageEntry({ id: `${n}`, atMs: NOW - ageMs })));
    const last = (ms: number): unknown => {
      const { requests, period } = ledger.summarize({ fromMs: NOW - ms, toMs: NOW });
      return [requests, period.resolution, period.from];
    };
    expect([last(HOUR_MS), last(5 * HOUR_MS), last(7 * DAY_MS), last(30 * DAY_MS)]).toEqual([
      [1, 'minute', '2026-06-15T11:30:00.000Z'],
      [2, 'minute', '2026-06-15T07:30:00.000Z'],
      [3, 'hour', '2026-06-08T12:00:00.000Z'],
      [4, 'day', '2026-05-16T00:00:00.000Z'],
    ]);
  });

  it('says how far back it really reaches', () => {
    const { ledger } = setup({ days: 10, hoursForDays: 8 });
    ledger.record([usageEntry({ id: 'old', atMs: NOW - 20 * DAY_MS })]);
    const { period, requests } = ledger.summarize({ fromMs: NOW - 400 * DAY_MS, toMs: NOW });
    expect([requests, period.from]).toEqual([0, '2026-06-05T00:00:00.000Z']);
    expect(ledger.stats.tooOld).toBe(1);
  });

  it('counts an entry once however often it is sent again', () => {
    const { ledger } = setup();
    const entry = usageEntry({ id: 'once' });
    ledger.record([entry, entry]);
    ledger.record([entry]);
    expect(ledger.summarize({ fromMs: NOW - DAY_MS, toMs: NOW + 1 }).requests).toBe(1);
  });

  it('puts users beyond its bound together, loses none of their cost, and says so', () => {
    const { ledger } = setup({ maxUsers: 2 });
    const entries = ['a', 'b', 'c', 'd'].map((user) =>
      usageEntry({ id: user, user, parts: [usagePart({ costNanoUsd: 7 })] }),
    );
    ledger.record(entries);
    const { byUser, totalCostNanoUsd } = ledger.summarize({ fromMs: NOW - HOUR_MS, toMs: NOW + 1 });
    expect(byUser.map(({ name, requests }) => [name, requests])).toEqual([
      ['other', 2],
      ['a', 1],
      ['b', 1],
    ]);
    expect(sum(byUser)).toBe(totalCostNanoUsd);
    // Once at each of the three resolutions, for each of the two.
    expect(ledger.stats.overflows).toBe(6);
  });

  it('counts a call that asked two models as a request of each, and once in all', () => {
    const { ledger } = setup();
    const parts = [usagePart({ model: 'a', costNanoUsd: 1 }), usagePart({ model: 'b', costNanoUsd: 2 })];
    ledger.record([usageEntry({ parts })]);
    const { requests, byModel } = ledger.summarize({ fromMs: NOW - HOUR_MS, toMs: NOW + 1 });
    expect(requests).toBe(1);
    expect(byModel.map(({ name, requests: count, totalCostNanoUsd }) => [name, count, totalCostNanoUsd])).toEqual([
      ['b', 1, 2],
      ['a', 1, 1],
    ]);
  });

  it('names models without a price, so that nobody takes a sum for complete', () => {
    const { ledger } = setup();
    ledger.record([usageEntry({ parts: [usagePart({ unpriced: ['model'] })] })]);
    expect(ledger.summarize({ fromMs: NOW - HOUR_MS, toMs: NOW + 1 })).toMatchObject({ unpricedRequests: 1 });
  });

  it('keeps the last entries whole, newest first', () => {
    const { ledger } = setup({ recentEntries: 3 });
    ledger.record(['1', '2', '3', '4', '5'].map((id) => usageEntry({ id })));
    expect(ledger.recent(10).map(({ id }) => id)).toEqual(['5', '4', '3']);
    expect(ledger.recent(2).map(({ id }) => id)).toEqual(['5', '4']);
  });

  it('forgets minutes and days as time goes by', () => {
    const { clock, ledger } = setup({ days: 2, hoursForDays: 1 });
    ledger.record([usageEntry({ id: 'first' })]);
    clock.advance(4 * DAY_MS);
    ledger.record([usageEntry({ id: 'second', atMs: NOW + 4 * DAY_MS })]);
    expect(ledger.summarize({ fromMs: NOW - DAY_MS, toMs: NOW + 4 * DAY_MS + 1 }).requests).toBe(1);
  });

  it('tells the same however often it was asked before, whatever came late', () => {
    const period = { fromMs: NOW - 30 * DAY_MS, toMs: NOW + 1 };
    fc.assert(
      fc.property(fc.array(fc.nat(29 * DAY_MS), { minLength: 1, maxLength: 30 }), (ages) => {
        const { ledger: asked } = setup();
        const entries = ages.map((agoMs, n) =>
          usageEntry({ id: `call-${n}`, atMs: NOW - agoMs, parts: [usagePart({})] }),
        );
        for (const entry of entries) {
          asked.record([entry]);
          asked.summarize(period);
        }
        const { ledger: fresh } = setup();
        fresh.record(entries);
        expect(asked.summarize(period)).toEqual(fresh.summarize(period));
      }),
    );
  });
});
