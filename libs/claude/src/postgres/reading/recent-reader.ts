import type { UsageEntry } from '../../cost/ledger/usage-entry.js';
import { ledgerSql } from '../ledger-sql.js';
import { inTransaction } from '../pg-pool.js';
import type { PostgresLedgerSettings } from '../postgres-ledger.options.js';

interface EntryRow {
  readonly id: string;
  readonly at_ms: string;
  readonly operation: string;
  readonly model: string | null;
  readonly request_type: string | null;
  readonly user_name: string | null;
  readonly outcome: string;
  readonly cost_nano_usd: string;
  readonly tags: string;
  readonly savings: string;
  readonly parts: string;
}

/** The entries that were recorded last, newest first. */
export async function readRecent(settings: PostgresLedgerSettings, limit: number): Promise<readonly UsageEntry[]> {
  const { rows } = await inTransaction(settings.pool, settings, (client) =>
    Promise.resolve(client.query(ledgerSql(settings.schema).recent, [limit])),
  );
  return (rows as readonly EntryRow[]).map(entryOfRow);
}

function entryOfRow(row: EntryRow): UsageEntry {
  return {
    id: row.id,
    atMs: Number(row.at_ms),
    operation: row.operation,
    model: row.model,
    requestType: row.request_type,
    user: row.user_name,
    tags: JSON.parse(row.tags) as UsageEntry['tags'],
    outcome: row.outcome as UsageEntry['outcome'],
    costNanoUsd: Number(row.cost_nano_usd),
    savingsNanoUsd: JSON.parse(row.savings) as UsageEntry['savingsNanoUsd'],
    parts: JSON.parse(row.parts) as UsageEntry['parts'],
  };
}
