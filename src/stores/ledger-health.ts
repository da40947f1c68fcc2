import type { HealthStatus } from 'nestjs-claude';
import type { SharedStores } from './shared-stores.js';

/** `degraded` while PostgreSQL is away and entries wait in the journal: no call fails for it. */
export interface LedgerHealth {
  readonly status: HealthStatus;
  readonly kind: 'memory' | 'postgres';
  /** Bytes that wait to be written. */
  readonly waitingBytes: number;
}

/** How the ledger of the gateway is. */
export function ledgerHealth({ ledger }: Pick<SharedStores, 'ledger'>): LedgerHealth {
  if (ledger === null) return { status: 'up', kind: 'memory', waitingBytes: 0 };
  const { isAway, journalBytes } = ledger.stats;
  return { status: isAway ? 'degraded' : 'up', kind: 'postgres', waitingBytes: journalBytes };
}
