import { ManualClock } from '../../testing/clock/manual-clock.js';
import { MemoryLedger } from './memory-ledger.js';
import { usageLedgerCases } from './usage-ledger.contract.js';

const NOW = Date.UTC(2026, 5, 15, 12, 30, 30);

describe('the memory ledger keeps the contract of every ledger', () => {
  it.each(usageLedgerCases())('$name', async ({ run }) => {
    const ledger = new MemoryLedger(new ManualClock(NOW));
    await expect(run({ ledger, nowMs: NOW })).resolves.toBeUndefined();
  });
});
