import { usageLedgerCases } from 'nestjs-claude/testing';
import { usageEntry, usagePart } from '../../libs/claude/src/cost/ledger/contract/usage-entries.js';
import { describeWithPostgres } from '../support/postgres-server.js';
import { postgresHarness } from './harness.js';

describeWithPostgres('the PostgreSQL ledger keeps the contract of every ledger', () => {
  const postgres = postgresHarness();

  it.each(usageLedgerCases())('$name', async ({ run }) => {
    const ledger = await postgres.open();
    await expect(run({ ledger, nowMs: Date.now() })).resolves.toBeUndefined();
  });

  it('tells the dearest users apart, and puts the rest together with whoever is called so', async () => {
    const ledger = await postgres.open({ maxUsers: 3 });
    const nowMs = Date.now();
    const users = ['a', 'b', 'other', 'c', 'd'];
    await ledger.record(
      users.map((user, n) =>
        usageEntry({ id: user, atMs: nowMs, user, parts: [usagePart({ costNanoUsd: 10 ** (5 - n) })] }),
      ),
    );
    const { byUser, totalCostNanoUsd } = await ledger.summarize({ fromMs: nowMs - 60_000, toMs: nowMs + 1 });
    expect(byUser.map(({ name, requests, totalCostNanoUsd: cost }) => [name, requests, cost])).toEqual([
      ['a', 1, 100_000],
      ['b', 1, 10_000],
      ['other', 3, 1_110],
    ]);
    expect(totalCostNanoUsd).toBe(111_110);
  });
});
