import { usageLedgerCases } from 'nestjs-claude/testing';
import { describeWithPostgres } from '../support/postgres-server.js';
import { postgresHarness } from './harness.js';

describeWithPostgres('the PostgreSQL ledger keeps the contract of every ledger', () => {
  const postgres = postgresHarness();

  it.each(usageLedgerCases())('$name', async ({ run }) => {
    const ledger = await postgres.open();
    await expect(run({ ledger, nowMs: Date.now() })).resolves.toBeUndefined();
  });
});
