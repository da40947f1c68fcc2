import type { UsageLedger } from '../../cost/ledger/usage-ledger.js';
import type { LedgerHealth } from '../health-report.js';

const MEMORY: LedgerHealth = Object.freeze({ status: 'up', kind: 'memory', awayForMs: null, journalBytes: 0 });
const SILENT: LedgerHealth = Object.freeze({ ...MEMORY, kind: 'own' });

/**
 * Whether the ledger can be written to. While it cannot, entries wait, and no call fails for it.
 *
 * @param ledger `undefined` for this process's memory.
 */
export function ledgerHealth(ledger: UsageLedger | undefined): LedgerHealth {
  if (ledger === undefined) return MEMORY;
  const { standing } = ledger;
  if (standing === undefined) return SILENT;
  const { awayForMs, journalBytes } = standing;
  return { status: awayForMs === null ? 'up' : 'degraded', kind: 'own', awayForMs, journalBytes };
}
