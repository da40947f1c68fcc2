// A process that records calls: `node test/support/typescript.cjs test/postgres/ledger-process.ts`, told what to do by its parent.
import { Pool } from 'pg';
import { PostgresUsageLedger } from 'nestjs-claude/postgres';
import { usageEntry, usagePart } from '../../libs/claude/src/cost/ledger/contract/usage-entries.js';

export interface LedgerTask {
  readonly url: string;
  readonly schema: string;
  readonly directory: string;
  readonly name: string;
  readonly lots: number;
  readonly perLot: number;
  /** Ids without the name, so that all processes record the same entries. */
  readonly shared: boolean;
}

async function work({ url, schema, directory, name, lots, perLot, shared }: LedgerTask): Promise<void> {
  const pool = new Pool({ connectionString: url });
  const ledger = new PostgresUsageLedger({
    pool,
    schema,
    journal: { directory },
    onUnusable: 'degrade',
    queryMs: 3_000,
  });
  await ledger.open();
  for (let lot = 0; lot < lots; lot++) {
    await ledger.record(
      Array.from({ length: perLot }, (_, n) =>
        usageEntry({
          id: `${shared ? 'shared' : name}-${lot}-${n}`,
          atMs: Date.now(),
          user: `u${n % 9}`,
          parts: [usagePart({ costNanoUsd: 3 })],
        }),
      ),
    );
    process.send?.(ledger.stats);
  }
  await ledger.close();
  await pool.end();
  process.disconnect();
}

process.once('message', (task) => void work(task as LedgerTask));
