import assert from 'node:assert/strict';
import { NO_SAVINGS } from '../../savings/call-savings.js';
import type { UsagePart } from '../usage-entry.js';
import type { UsageLedgerCase } from './contract-case.js';
import { assertShares, assertSums, ledgerCase } from './ledger-probe.js';
import { usagePart } from './usage-entries.js';

/** More than 32 bits hold, and such that a sum of binary fractions of a dollar would not be exact. */
const LARGE_NANO_USD = 1_000_000_000_000_001;

function costing(costNanoUsd: number, model: string, endpoint: string): UsagePart[] {
  return [usagePart({ costNanoUsd, model, endpoint })];
}

/** What a summary adds up, and what it is broken down by. */
export const summingCases: readonly UsageLedgerCase[] = [
  ledgerCase('a ledger that has nothing sums up to nothing', async (probe) => {
    const summary = await probe.last();
    assertSums(summary, { requests: 0, billedRequests: 0, totalCostNanoUsd: 0, totalCostUsd: 0, averageCostUsd: 0 });
    assertSums(summary, { byModel: [], byUser: [], byTag: [], byRequestType: [], byEndpoint: [] });
    assert.deepEqual(
      Object.values(summary.savings),
      Array.from({ length: 8 }, () => ({ nanoUsd: 0, calls: 0 })),
    );
    assert.deepEqual(await probe.recent(5), []);
  }),

  ledgerCase('every kind of use is added up by itself', async (probe) => {
    const part = usagePart({
      inputTokens: 1,
      cacheReadTokens: 20,
      cacheWrite5mTokens: 300,
      cacheWrite1hTokens: 4_000,
      outputTokens: 50_000,
      webSearchRequests: 6,
      costNanoUsd: 7_000_000_000,
    });
    const estimated = usagePart({ costNanoUsd: 1_000_000_000, accuracy: 'estimated', unpriced: ['model'] });
    await probe.record(probe.entry({ parts: [part] }), probe.entry({ parts: [part, estimated] }), probe.entry());
    assertSums(await probe.last(), {
      requests: 3,
      billedRequests: 2,
      unpricedRequests: 1,
      totalCostNanoUsd: 15_000_000_000,
      totalCostUsd: 15,
      estimatedCostUsd: 1,
      averageCostUsd: 7.5,
      inputTokens: 2,
      outputTokens: 100_000,
      cacheReadTokens: 40,
      cacheWriteTokens: 8_600,
      webSearchRequests: 12,
    });
  }),

  ledgerCase('sums of money are exact to the nano-dollar', async (probe) => {
    const parts = [usagePart({ costNanoUsd: LARGE_NANO_USD })];
    await probe.record(probe.entry({ parts }), probe.entry({ parts }));
    await probe.record(probe.entry({ parts }), probe.entry({ parts: [usagePart({ costNanoUsd: 1 })] }));
    const { totalCostNanoUsd, byUser } = await probe.last();
    assert.equal(totalCostNanoUsd, 3 * LARGE_NANO_USD + 1);
    assertShares(byUser, [['', 4, 3 * LARGE_NANO_USD + 1]]);
  }),

  ledgerCase('shares are told by model, user, tag, kind of work and endpoint, dearest first', async (probe) => {
    await probe.record(
      probe.entry({ user: 'ada', tags: { team: 'red', env: 'x' }, requestType: 'chat', parts: costing(5, 'a', 'one') }),
      probe.entry({ user: 'bob', tags: { team: 'blue' }, requestType: 'chat', parts: costing(7, 'b', 'one') }),
      probe.entry({ user: 'ada', tags: { team: 'blue' }, parts: costing(11, 'b', 'two') }),
    );
    const summary = await probe.last();
    const { byUser, byTag, byRequestType, byModel, byEndpoint } = summary;
    assertShares(byUser, [
      ['ada', 2, 16],
      ['bob', 1, 7],
    ]);
    assertShares(byTag, [
      ['team=blue', 2, 18],
      ['env=x', 1, 5],
      ['team=red', 1, 5],
    ]);
    assertShares(byRequestType, [
      ['chat', 2, 12],
      ['', 1, 11],
    ]);
    assertShares(byModel, [
      ['b', 2, 18],
      ['a', 1, 5],
    ]);
    assertShares(byEndpoint, [
      ['one', 2, 12],
      ['two', 1, 11],
    ]);
  }),

  ledgerCase('a call that asked several models is a request of each, and one in all', async (probe) => {
    const parts = [
      usagePart({ model: 'a', endpoint: 'one', costNanoUsd: 1 }),
      usagePart({ model: 'b', endpoint: 'one', costNanoUsd: 2 }),
      usagePart({ model: 'a', endpoint: 'two', costNanoUsd: 4 }),
    ];
    await probe.record(probe.entry({ parts }));
    const { requests, byModel, byEndpoint } = await probe.last();
    assert.equal(requests, 1);
    assertShares(byModel, [
      ['a', 1, 5],
      ['b', 1, 2],
    ]);
    assertShares(byEndpoint, [
      ['two', 1, 4],
      ['one', 1, 3],
    ]);
  }),

  ledgerCase('a call that used nothing is a request of the model it asked for, and of no endpoint', async (probe) => {
    await probe.record(probe.entry({ model: 'a', outcome: 'failed' }), probe.entry({ model: null, user: 'ada' }));
    const summary = await probe.last();
    assertSums(summary, { requests: 2, billedRequests: 0, byEndpoint: [] });
    assertShares(summary.byModel, [
      ['', 1, 0],
      ['a', 1, 0],
    ]);
  }),

  ledgerCase('names are kept as they are, whatever is in them', async (probe) => {
    const names = [
      'a=b',
      "'; DROP TABLE x; --",
      '"quoted"',
      '{a,b}',
      'NULL',
      '\\',
      'ünï',
      '🐘',
      ' ',
      'line\nbreak',
      'other',
    ];
    await probe.record(...names.map((user) => probe.entry({ user, tags: { [user]: user }, requestType: user })));
    const { byUser, byTag, byRequestType } = await probe.last();
    const sorted = names.toSorted();
    assert.deepEqual(byUser.map(({ name }) => name).toSorted(), sorted);
    assert.deepEqual(byRequestType.map(({ name }) => name).toSorted(), sorted);
    assert.deepEqual(byTag.map(({ name }) => name).toSorted(), names.map((name) => `${name}=${name}`).toSorted());
  }),

  ledgerCase('what was saved is added up where it is told, and counted', async (probe) => {
    await probe.record(
      probe.entry({ savingsNanoUsd: { ...NO_SAVINGS, cachingSaved: -5, reserved: 9 } }),
      probe.entry({ savingsNanoUsd: { ...NO_SAVINGS, cachingSaved: 2, batchCouldSave: 0 } }),
    );
    const { savings } = await probe.last();
    assert.deepEqual(savings.cachingSaved, { nanoUsd: -3, calls: 2 });
    assert.deepEqual(savings.batchCouldSave, { nanoUsd: 0, calls: 1 });
    assert.deepEqual(savings.reserved, { nanoUsd: 9, calls: 1 });
    assert.deepEqual(savings.usedOfReserved, { nanoUsd: 0, calls: 0 });
  }),
];
