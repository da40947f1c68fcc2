import assert from 'node:assert/strict';
import { DAY_MS, HOUR_MS } from '../covered-period.js';
import type { UsagePart } from '../usage-entry.js';
import type { UsageLedgerCase } from './contract-case.js';
import { ledgerCase, type LedgerProbe } from './ledger-probe.js';
import { usagePart } from './usage-entries.js';

/** A case for those that tell models and endpoints together: a ledger need not. */
function pairsCase(name: string, run: (probe: LedgerProbe, today: number) => Promise<void>): UsageLedgerCase {
  return ledgerCase(name, async (probe) => {
    const today = Math.floor(probe.nowMs / DAY_MS) * DAY_MS;
    if ((await probe.modelsAtEndpoints(today)) !== undefined) await run(probe, today);
  });
}

function at(model: string | null, endpoint: string, costNanoUsd = 0): UsagePart {
  return usagePart({ model, endpoint, costNanoUsd });
}

/** Model, endpoint, requests and cost of each pair of a day, in the order of their costs. */
async function assertPairs(
  probe: LedgerProbe,
  dayStartMs: number,
  expected: readonly (readonly [model: string, endpoint: string, requests: number, nanoUsd: number])[],
): Promise<void> {
  const pairs = await probe.modelsAtEndpoints(dayStartMs);
  const told = pairs?.map((pair) => [pair.model, pair.endpoint, pair.requests, pair.totalCostNanoUsd] as const);
  assert.deepEqual(
    told?.toSorted(([, , , one], [, , , other]) => one - other),
    expected,
  );
}

/** What models used at endpoints, day by day. */
export const pairsCases: readonly UsageLedgerCase[] = [
  pairsCase('a day of which nothing is known has no models at endpoints', async (probe, today) => {
    assert.deepEqual(await probe.modelsAtEndpoints(today), []);
    await probe.record(probe.entry({ outcome: 'failed' }));
    assert.deepEqual(await probe.modelsAtEndpoints(today), []);
  }),

  pairsCase('models and endpoints are told together, also of a call that asked several', async (probe, today) => {
    const atMs = today + 1;
    await probe.record(
      probe.entry({ atMs, parts: [at('a', 'one', 1), at('b', 'one', 2), at('a', 'two', 4), at('a', 'one', 8)] }),
      probe.entry({ atMs, parts: [at('a', 'two', 16)] }),
    );
    await probe.record(probe.entry({ atMs, parts: [at('b', 'one', 32)] }));
    await assertPairs(probe, today, [
      ['a', 'one', 1, 9],
      ['a', 'two', 2, 20],
      ['b', 'one', 2, 34],
    ]);
  }),

  pairsCase('every kind of use of a model at an endpoint is added up by itself', async (probe, today) => {
    const atMs = today + 1;
    const used = { inputTokens: 1, cacheReadTokens: 20, outputTokens: 50_000, webSearchRequests: 6 };
    const cached = { cacheWrite5mTokens: 300, cacheWrite1hTokens: 4_000, costNanoUsd: 7_000_000_000 };
    const estimated = usagePart({ costNanoUsd: 1_000_000_000, accuracy: 'estimated', unpriced: ['model'] });
    await probe.record(probe.entry({ atMs, parts: [usagePart({ ...used, ...cached })] }));
    await probe.record(probe.entry({ atMs, parts: [estimated] }));
    assert.deepEqual(await probe.modelsAtEndpoints(today), [
      {
        model: 'claude-haiku-5-5',
        endpoint: 'default',
        ...used,
        cacheWriteTokens: 4_300,
        requests: 2,
        billedRequests: 2,
        unpricedRequests: 1,
        totalCostNanoUsd: 8_000_000_000,
        totalCostUsd: 8,
        estimatedCostUsd: 1,
        averageCostUsd: 4,
      },
    ]);
  }),

  pairsCase('pairs are told apart whatever is in their names', async (probe, today) => {
    const names = ['', 'a', 'a b', 'b a', '1 a', ' ', '"', '\\', 'ünï 🐘', 'other'];
    const pairs = names.flatMap((model) => names.map((endpoint) => [model, endpoint] as const));
    await probe.record(
      ...pairs.map(([model, endpoint], n) => probe.entry({ atMs: today + 1, parts: [at(model, endpoint, n)] })),
      probe.entry({ atMs: today + 1, parts: [at(null, 'nowhere', pairs.length)] }),
    );
    await assertPairs(probe, today, [
      ...pairs.map(([model, endpoint], n) => [model, endpoint, 1, n] as const),
      ['', 'nowhere', 1, pairs.length],
    ]);
  }),

  pairsCase('a day has what was used from midnight to midnight of UTC, however late it comes', async (probe, today) => {
    const day = today - 20 * DAY_MS;
    const times = [day - 1, day, day + 12 * HOUR_MS, day + DAY_MS - 1, day + DAY_MS];
    const entries = times.map((atMs, n) => probe.entry({ atMs, parts: [at('a', 'one', 10 ** n)] }));
    await probe.record(...entries.slice(0, 2));
    await assertPairs(probe, day, [['a', 'one', 1, 10]]);
    await probe.record(...entries.slice(2), ...entries);
    await assertPairs(probe, day, [['a', 'one', 3, 1_110]]);
    await assertPairs(probe, day - DAY_MS, [['a', 'one', 1, 1]]);
  }),

  pairsCase('a day that is no longer kept has no answer', async (probe, today) => {
    assert.equal(await probe.modelsAtEndpoints(today - 4_000 * DAY_MS), null);
  }),

  pairsCase('no summary has models at endpoints among its names', async (probe, today) => {
    await probe.record(probe.entry({ atMs: today - 20 * DAY_MS, parts: [at('a', 'one', 3)] }));
    const summary = await probe.between(today - 30 * DAY_MS, today);
    const shares = [summary.byModel, summary.byEndpoint, summary.byUser, summary.byRequestType, summary.byTag];
    assert.deepEqual(
      shares.map((each) => each.map(({ name }) => name)),
      [['a'], ['one'], [''], [''], []],
    );
    assert.equal(summary.totalCostNanoUsd, 3);
  }),
];
