import { quoted } from '../ledger-sql.js';
import { inTransaction, type Patience, type PgClient } from '../pg-pool.js';
import type { PostgresLedgerSettings } from '../postgres-ledger.options.js';
import { oldestMs, tiersOf } from '../tiers.js';
import { LOCK } from './migrate.js';
import { dropPartitions, makePartitions } from './partitions.js';

const DAY_MS = 86_400_000;

/** Ids outlive their entries by a day, so that none that is still taken is forgotten. */
const IDS_LONGER_MS = DAY_MS;

/** How many ids are forgotten in one go: more would hold up autovacuum, and pass the time a statement may take. */
const IDS_AT_ONCE = 20_000;

/** Waiting for the lock that making and dropping partitions needs, writers queue behind: better later than long. */
const LOCK_WAIT = "SET LOCAL lock_timeout = '2s'";

/** What a ledger's house-keeping needs to know. */
export type MaintainSettings = Pick<
  PostgresLedgerSettings,
  'pool' | 'schema' | 'entriesDays' | 'minutesForHours' | 'hoursForDays' | 'days' | 'clock' | 'queryMs'
>;

/**
 * Makes partitions ahead, drops those that are too old, and forgets what is told apart no longer. Where another process is at
 * it, nothing happens.
 */
export async function maintain(settings: MaintainSettings): Promise<void> {
  const { pool, clock } = settings;
  const patience = { clock, queryMs: Math.max(settings.queryMs, 60_000) };
  const nowMs = clock.wall();
  const isMine = await inTransaction(pool, patience, async (client) => {
    if (!(await isAlone(client))) return false;
    await client.query(LOCK_WAIT);
    // First, so that what is too old in the default partition is not moved before it is dropped.
    await dropPartitions(client, settings.schema, nowMs - settings.entriesDays * DAY_MS);
    await makePartitions(client, settings.schema, nowMs);
    await forgetRollups(client, settings, nowMs);
    return true;
  });
  if (isMine) while (await forgetIds(patience, settings, nowMs));
}

async function isAlone(client: PgClient): Promise<boolean> {
  const { rows } = await client.query(`SELECT pg_try_advisory_xact_lock(${LOCK}) AS mine`);
  return (rows[0] as { readonly mine: boolean }).mine;
}

async function forgetRollups(client: PgClient, settings: MaintainSettings, nowMs: number): Promise<void> {
  for (const tier of tiersOf(settings)) {
    await client.query(`DELETE FROM ${quoted(settings.schema)}.usage_rollup WHERE tier = $1 AND bucket < $2`, [
      tier.name,
      new Date(oldestMs(tier, nowMs)).toISOString(),
    ]);
  }
}

/** @returns Whether there may be more. */
async function forgetIds(patience: Patience, settings: MaintainSettings, nowMs: number): Promise<boolean> {
  const ids = `${quoted(settings.schema)}.usage_id`;
  const before = new Date(nowMs - settings.entriesDays * DAY_MS - IDS_LONGER_MS).toISOString();
  return inTransaction(settings.pool, patience, async (client) => {
    const { rows } = await client.query(
      `WITH gone AS (
         DELETE FROM ${ids} WHERE key IN (SELECT key FROM ${ids} WHERE at < $1 ORDER BY at LIMIT ${IDS_AT_ONCE}) RETURNING 1
       ) SELECT count(*)::text AS count FROM gone`,
      [before],
    );
    return Number((rows[0] as { readonly count: string }).count) === IDS_AT_ONCE;
  });
}
