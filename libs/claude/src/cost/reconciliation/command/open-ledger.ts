import { readFileSync } from 'node:fs';
import { InvalidOptionsError } from '../../../errors/errors.js';
import type { UsageLedger } from '../../ledger/usage-ledger.js';
import type { Environment } from './admin-key.js';

/** A ledger that somebody else keeps, to read from. */
export interface OpenedLedger {
  readonly ledger: UsageLedger;
  close(): Promise<void>;
}

/** @throws InvalidOptionsError where it cannot be read, naming the variable. */
export type OpenLedger = (env: Environment) => Promise<OpenedLedger>;

/** The ledger in the PostgreSQL of `DATABASE_URL`. */
export async function openPostgresLedger(env: Environment): Promise<OpenedLedger> {
  const connectionString = urlIn(env);
  const { loadPg } = await import('../../../postgres/command/load-pg.js');
  const { PostgresUsageLedger } = await import('../../../postgres/postgres-usage-ledger.js');
  const pool = await loadPg(connectionString);
  const ledger = new PostgresUsageLedger({ pool, journal: false, maintain: false });
  try {
    await ledger.open();
  } catch (error) {
    await pool.end();
    throw error instanceof InvalidOptionsError
      ? new InvalidOptionsError(`DATABASE_URL: ${error.message}`, { cause: error })
      : error;
  }
  return {
    ledger,
    async close() {
      await ledger.close();
      await pool.end();
    },
  };
}

function urlIn(env: Environment): string {
  const [url, file] = [env['DATABASE_URL']?.trim() ?? '', env['DATABASE_URL_FILE']?.trim() ?? ''];
  if (url !== '' && file !== '')
    throw new InvalidOptionsError('DATABASE_URL and DATABASE_URL_FILE are both set: unset one of them.');
  const found = file === '' ? url : read(file);
  if (URL.canParse(found)) return found;
  throw new InvalidOptionsError(
    'DATABASE_URL must say where the ledger is: set it, or DATABASE_URL_FILE, to e.g. postgres://user:password@host:5432/database.',
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidOptionsError(`DATABASE_URL_FILE cannot be read (${code}): correct the path.`);
  }
}
