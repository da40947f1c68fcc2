import { InvalidOptionsError } from '../../errors/errors.js';
import type { PgClient } from '../pg-pool.js';

/** Version 13: what is older has reached its end of life, and was not tried. */
const OLDEST_SERVER = 130_000;

/** @throws InvalidOptionsError when the server is too old. */
export async function checkServer(client: Pick<PgClient, 'query'>): Promise<void> {
  const { rows } = await client.query("SELECT current_setting('server_version_num') AS version");
  const version = Number((rows[0] as { readonly version: string }).version);
  if (version >= OLDEST_SERVER) return;
  throw new InvalidOptionsError(
    `The ledger's database is PostgreSQL ${Math.floor(version / 10_000)}, and it needs ${OLDEST_SERVER / 10_000} or later: upgrade it, or use another.`,
  );
}
