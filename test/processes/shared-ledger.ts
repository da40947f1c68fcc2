import type { ClaudeModuleOptions } from 'nestjs-claude';
import { PostgresUsageLedger } from 'nestjs-claude/postgres';
import { Pool } from 'pg';
import type { Clock } from '../../libs/claude/src/call/clock.js';

/** Options whose ledger is in a database, and what ends it. */
export interface SharedLedger {
  readonly options: ClaudeModuleOptions;
  end(): Promise<void>;
}

/** @param url Of a database with the tables. Without one, each process has a ledger of its own. */
export async function withSharedLedger(
  options: ClaudeModuleOptions,
  url: string | undefined,
  clock: Clock,
): Promise<SharedLedger> {
  if (url === undefined) return { options, end: () => Promise.resolve() };
  const pool = new Pool({ connectionString: url });
  const store = new PostgresUsageLedger({ pool, clock, journal: false, maintain: false });
  await store.open();
  return {
    options: { ...options, cost: { ...options.cost, ledger: { store } } },
    async end() {
      await store.close();
      await pool.end();
    },
  };
}
