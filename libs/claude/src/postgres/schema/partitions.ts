import { quoted } from '../ledger-sql.js';
import type { PgClient } from '../pg-pool.js';

/** Partitions are made so many months ahead, so that nobody has to be there when a month begins. */
const MONTHS_AHEAD = 2;

/** A month, in UTC. */
interface Month {
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

/** Of the month that lies so many months after the one of a moment. */
export function monthOf(atMs: number, later = 0): Month {
  const at = new Date(atMs);
  const startOf = (offset: number): string =>
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + later + offset, 1)).toISOString();
  const from = startOf(0);
  return { table: `usage_entry_${from.slice(0, 4)}_${from.slice(5, 7)}`, from, to: startOf(1) };
}

/** Makes the partitions of this month and those to come, and of each month whose entries wait in the default one. */
export async function makePartitions(client: PgClient, schemaName: string, nowMs: number): Promise<void> {
  const schema = quoted(schemaName);
  for (let later = 0; later <= MONTHS_AHEAD; later++) await makePartition(client, schema, monthOf(nowMs, later));
  for (;;) {
    // Asked by its index.
    const { rows } = await client.query(
      `SELECT (extract(epoch FROM min(at)) * 1000)::bigint::text AS first FROM ${schema}.usage_entry_default`,
    );
    const { first } = rows[0] as { readonly first: string | null };
    if (first === null) return;
    await makePartition(client, schema, monthOf(Number(first)));
  }
}

/** What stands in the default partition moves to the new one: PostgreSQL refuses a month that overlaps it. */
async function makePartition(client: PgClient, schema: string, { table, from, to }: Month): Promise<void> {
  const { rows } = await client.query('SELECT to_regclass($1)::text AS found', [`${schema}.${table}`]);
  if ((rows[0] as { readonly found: string | null }).found !== null) return;
  await client.query(`LOCK TABLE ${schema}.usage_entry IN ACCESS EXCLUSIVE MODE`);
  await client.query(
    `CREATE TABLE ${schema}.${table} (LIKE ${schema}.usage_entry INCLUDING DEFAULTS INCLUDING INDEXES)`,
  );
  await client.query(
    `WITH moved AS (DELETE FROM ${schema}.usage_entry_default WHERE at >= $1 AND at < $2 RETURNING *)
     INSERT INTO ${schema}.${table} SELECT * FROM moved`,
    [from, to],
  );
  await client.query(
    `ALTER TABLE ${schema}.usage_entry ATTACH PARTITION ${schema}.${table} FOR VALUES FROM ('${from}') TO ('${to}')`,
  );
}

/** Drops the months that ended before a moment, and what is older in the default partition. */
export async function dropPartitions(
  client: PgClient,
  schemaName: string,
  beforeMs: number,
): Promise<readonly string[]> {
  const schema = quoted(schemaName);
  const { rows } = await client.query(
    `SELECT child.relname AS name FROM pg_inherits
     JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = to_regclass($1) AND child.relname ~ '^usage_entry_[0-9]{4}_[0-9]{2}$' AND child.relname < $2`,
    [`${schema}.usage_entry`, monthOf(beforeMs).table],
  );
  const names = rows.map((row) => (row as { readonly name: string }).name);
  for (const name of names) await client.query(`DROP TABLE ${schema}.${name}`);
  await client.query(`DELETE FROM ${schema}.usage_entry_default WHERE at < $1`, [new Date(beforeMs).toISOString()]);
  return names;
}
