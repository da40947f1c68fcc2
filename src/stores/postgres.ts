import { migrate, PostgresUsageLedger } from 'nestjs-claude/postgres';
import { Pool } from 'pg';
import { StartProblem } from './start-problem.js';
import type { StoreSettings } from './store.settings.js';

/** Calls never wait for the ledger, so that a few connections are enough. */
const MAX_CONNECTIONS = 5;
const CONNECT_MS = 5_000;

/** The ledger of all gateways. */
export interface SharedLedger {
  readonly ledger: PostgresUsageLedger;
  close(): Promise<void>;
}

/** @throws SettingsError where it cannot be used, or has no tables. */
export async function openPostgres(
  connectionString: string,
  { migrates, journalDirectory }: Pick<StoreSettings, 'migrates' | 'journalDirectory'>,
): Promise<SharedLedger> {
  const pool = new Pool({
    connectionString,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'nestjs-claude-gateway',
  });
  const ledger = new PostgresUsageLedger({
    pool,
    ...(journalDirectory !== null && { journal: { directory: journalDirectory } }),
  });
  try {
    if (migrates) await migrate(pool);
    await ledger.open();
    // The module opens it again, as its own: seen here, a mistake is one of this variable.
    await ledger.close();
  } catch (error) {
    await pool.end();
    throw new StartProblem('DATABASE_URL', error);
  }
  return { ledger, close: () => pool.end() };
}
