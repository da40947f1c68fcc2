import { systemClock } from '../../call/clock.js';
import { quoted } from '../ledger-sql.js';
import { inTransaction, type PgClient, type PgPool } from '../pg-pool.js';
import { startProblem } from '../start/start-problem.js';
import { checkServer } from '../start/check-server.js';
import { checkedSchema } from '../resolve-postgres-ledger.js';
import { MIGRATIONS, migrationTable, type Migration } from './migrations.js';
import { makePartitions } from './partitions.js';

/** What {@link migrate} may be told. */
export interface MigrateOptions {
  /** The schema the ledger's tables live in; made when it is not there. Default `nestjs_claude`. */
  readonly schema?: string;
}

/** What {@link migrate} did. */
export interface Migrated {
  /** The version of the schema by now. */
  readonly version: number;
  /** The steps that were taken; empty when there was nothing to do. */
  readonly applied: readonly string[];
}

/** Many replicas may start at once: the number tells our lock from those of others. */
export const LOCK = '4919031278102917';

/** A step of a later version may have much to rewrite, and another replica to be waited for. */
const MIGRATE_MS = 600_000;

/**
 * Brings the ledger's tables to the version that this code needs, in one transaction, and makes the partitions of this month
 * and the next two. Where another process is at it, it waits; where nothing is left to do, it does nothing.
 *
 * @param pool A pool of `pg`, of a user who may make tables.
 * @throws InvalidOptionsError when the database cannot be reached or used, saying what to do.
 */
export async function migrate(pool: PgPool, options: MigrateOptions = {}): Promise<Migrated> {
  const schema = checkedSchema(options.schema);
  const patience = { clock: systemClock, queryMs: MIGRATE_MS };
  try {
    return await inTransaction(pool, patience, async (client) => {
      await checkServer(client);
      await client.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
      const applied = await takeSteps(client, schema);
      await makePartitions(client, schema, systemClock.wall());
      const names = applied.map(({ version, name }) => `${version} (${name})`);
      return { version: await versionOf(client, schema), applied: names };
    });
  } catch (error) {
    throw startProblem(error, { schema });
  }
}

async function takeSteps(client: PgClient, schemaName: string): Promise<readonly Migration[]> {
  const schema = quoted(schemaName);
  const { rows } = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schemaName]);
  // Asked first, as `IF NOT EXISTS` wants the right to make one even where there is one.
  if (rows.length === 0) await client.query(`CREATE SCHEMA ${schema}`);
  await client.query(migrationTable(schema));
  const version = await versionOf(client, schemaName);
  const missing = MIGRATIONS.filter((each) => each.version > version);
  for (const { version: to, name, sql } of missing) {
    await client.query(sql(schema));
    await client.query(`INSERT INTO ${schema}.usage_migration (version, name) VALUES ($1, $2)`, [to, name]);
  }
  return missing;
}

/** The version of the schema; 0 before the first step. */
export async function versionOf(client: Pick<PgClient, 'query'>, schema: string): Promise<number> {
  const { rows } = await client.query(
    `SELECT coalesce(max(version), 0)::text AS version FROM ${quoted(schema)}.usage_migration`,
  );
  return Number((rows[0] as { readonly version: string }).version);
}
