import { InvalidOptionsError } from '../../errors/errors.js';
import { listenTo, type PgPool } from '../pg-pool.js';

/** How long a database may take to answer a command. */
const CONNECT_MS = 10_000;

type EndingPool = PgPool & { end(): Promise<void> };

interface PgModule {
  readonly Pool: new (options: {
    connectionString?: string;
    connectionTimeoutMillis: number;
    max: number;
  }) => EndingPool;
}

/**
 * A pool of the optional peer `pg`, for commands.
 *
 * @throws InvalidOptionsError when it is not installed, or the URL is none.
 */
export async function loadPg(connectionString: string | undefined): Promise<EndingPool> {
  const { Pool } = await pgModule();
  const where = connectionString === undefined ? {} : { connectionString };
  try {
    const pool = new Pool({ ...where, connectionTimeoutMillis: CONNECT_MS, max: 1 });
    listenTo(pool);
    return pool;
  } catch {
    // Not quoted: the URL has the password.
    throw new InvalidOptionsError(
      'DATABASE_URL is no URL of a database: write `postgres://user:password@host:5432/name`.',
    );
  }
}

async function pgModule(): Promise<PgModule> {
  try {
    // Loaded here, as few have it. Seen from ESM, it is what a CommonJS module exports.
    const loaded = (await import('pg')) as unknown as PgModule & { readonly default?: PgModule };
    return loaded.default ?? loaded;
  } catch (error) {
    throw new InvalidOptionsError('The ledger in PostgreSQL needs the package pg: install it with `npm install pg`.', {
      cause: error,
    });
  }
}
