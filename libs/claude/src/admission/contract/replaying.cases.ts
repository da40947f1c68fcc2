import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { budget, places } from './case-meters.js';
import type { AdmissionStoreCase } from './contract-case.js';
import { claimsOf, storeCase, type Ask, type StoreProbe } from './store-probe.js';

/** Tells what was used of claims by their id, as after an outage, if the store can be told. */
async function replay({ store }: StoreProbe, id: string, asks: readonly Ask[], used: readonly number[], agoMs = 0) {
  await store.replay?.([{ id, claims: claimsOf(...asks), used, agoMs }]);
}

/** A case for stores that can be told; of others nothing is asked. */
function replayCase(name: string, run: (probe: StoreProbe, id: string) => Promise<void>): AdmissionStoreCase {
  return storeCase(name, async (probe) => {
    if (probe.store.replay !== undefined) await run(probe, randomUUID());
  });
}

/** How a store is told of claims that nobody heard its answer of. */
export const replayingCases: readonly AdmissionStoreCase[] = [
  replayCase('what was used without being granted counts as spent of budgets, once', async (probe, id) => {
    const [money, slots] = [budget(100), places(3)];
    const asks: readonly Ask[] = [
      [slots, 1],
      [money, 50],
    ];
    for (let told = 0; told < 3; told += 1) await replay(probe, id, asks, [0, 30]);
    await probe.expect(money, { level: 70, outstanding: 0 });
    await probe.expect(slots, { level: 3, outstanding: 0 });
    await replay(probe, randomUUID(), asks, [0, 5]);
    await probe.expect(money, { level: 65, outstanding: 0 });
  }),

  replayCase('claims that were granted by that id are settled, and nothing counts twice', async (probe, id) => {
    const [money, slots] = [budget(100), places(3)];
    const asks: readonly Ask[] = [
      [slots, 1],
      [money, 50],
    ];
    const lease = await probe.grant(asks, { id });
    await probe.expect(money, { level: 50, outstanding: 50 });
    for (let told = 0; told < 2; told += 1) await replay(probe, id, asks, [0, 30]);
    await probe.expect(money, { level: 70, outstanding: 0 });
    await probe.expect(slots, { level: 3, outstanding: 0 });
    await probe.settle(lease, 0, 45);
    await probe.expect(money, { level: 70 });
  }),

  replayCase('a lease that has expired by then is corrected', async (probe, id) => {
    const money = budget(100);
    await probe.grant([[money, 60]], { id, leaseMs: 50 });
    await probe.advance(60);
    await probe.expect(money, { level: 40, outstanding: 0 });
    for (let told = 0; told < 2; told += 1) await replay(probe, id, [[money, 60]], [10]);
    await probe.expect(money, { level: 90, outstanding: 0 });
  }),

  replayCase('what was spent so long ago that it is out of the stretch is spent no more', async (probe, id) => {
    const money = budget(100, { rollingMs: 300 });
    await replay(probe, id, [[money, 0]], [40], 10_000);
    await probe.expect(money, { level: 100 });
    await replay(probe, randomUUID(), [[money, 0]], [40]);
    await probe.expect(money, { level: 60 });
  }),

  replayCase('refuses a replay of wrong amounts, and has changed nothing then', async (probe, id) => {
    const money = budget(100);
    await probe.refuses(() =>
      probe.store.replay?.([
        { id, claims: claimsOf([money, 1]), used: [5], agoMs: 0 },
        { id: randomUUID(), claims: claimsOf([money, 1]), used: [-1], agoMs: 0 },
      ]),
    );
    await probe.expect(money, { level: 100 });
    assert.ok((await probe.ask([[money, 100]])).granted);
  }),
];
