import { InvalidOptionsError } from '../../errors/errors.js';
import { onConnection, type Patience, type PgPool } from '../pg-pool.js';
import { versionOf } from '../schema/migrate.js';
import { SCHEMA_VERSION } from '../schema/migrations.js';
import { checkServer } from './check-server.js';
import { startProblem } from './start-problem.js';

/**
 * Whether a ledger can work with a database. A schema of a later version is fine: replicas are renewed one after the other.
 *
 * @throws InvalidOptionsError saying what is wrong with the database, and what to do.
 */
export async function checkLedger(pool: PgPool, patience: Patience, schema: string): Promise<void> {
  try {
    await onConnection(pool, patience, async (client) => {
      await checkServer(client);
      const version = await versionOf(client, schema);
      if (version >= SCHEMA_VERSION) return;
      throw new InvalidOptionsError(
        `The ledger's schema \`${schema}\` is at version ${version}, and ${SCHEMA_VERSION} is needed: run \`npx nestjs-claude migrate\`, or \`migrate(pool)\` before the start.`,
      );
    });
  } catch (error) {
    throw startProblem(error, { schema });
  }
}
