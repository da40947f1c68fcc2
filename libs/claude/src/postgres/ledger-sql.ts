import { MAX_OTHER_NAMES } from '../cost/ledger/ledger.options.js';
import { OTHER } from '../cost/ledger/usage-table.js';

/** Every statement that a ledger sends, for the schema it lives in. */
export interface LedgerSql {
  readonly claim: string;
  readonly insertEntries: string;
  readonly addToRollups: string;
  readonly summarize: string;
  readonly modelsAtEndpoints: string;
  readonly recent: string;
  readonly isThere: string;
}

/** What a rollup adds up, in the order in which it is sent. */
export const ROLLUP_SUMS = [
  ['requests', 'requests'],
  ['billed_requests', 'billedRequests'],
  ['unpriced_requests', 'unpricedRequests'],
  ['cost_nano_usd', 'costNanoUsd'],
  ['estimated_nano_usd', 'estimatedNanoUsd'],
  ['input_tokens', 'inputTokens'],
  ['output_tokens', 'outputTokens'],
  ['cache_read_tokens', 'cacheReadTokens'],
  ['cache_write_5m_tokens', 'cacheWrite5mTokens'],
  ['cache_write_1h_tokens', 'cacheWrite1hTokens'],
  ['web_search_requests', 'webSearchRequests'],
] as const;

const SUMS = ROLLUP_SUMS.map(([column]) => column);
const TEXTS = SUMS.map((column) => `${column}::text`).join(', ');
const KEY = ['tier', 'bucket', 'dimension', 'name'];
const OF_CALL = ['id', 'operation', 'model', 'request_type', 'user_name', 'outcome', 'cost_nano_usd'];
const ENTRY = [...OF_CALL, 'tags', 'savings', 'parts'];

/** The dimension of models at endpoints, which days have and no summary tells. */
export const PAIR = 'pair';

/** A name as PostgreSQL takes it literally. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

export function ledgerSql(schemaName: string): LedgerSql {
  const schema = quoted(schemaName);
  return {
    // In the order of the keys, so that two processes with the same entries wait for each other instead of both.
    claim: `INSERT INTO ${schema}.usage_id (key, at)
      SELECT key, ${moment('at_ms')} FROM unnest($1::uuid[], $2::bigint[]) AS given (key, at_ms) ORDER BY key
      ON CONFLICT DO NOTHING RETURNING key::text`,
    insertEntries: `INSERT INTO ${schema}.usage_entry (at, ${ENTRY.join(', ')})
      SELECT ${moment('at_ms')}, ${ENTRY.join(', ')} FROM ROWS FROM (
        unnest($1::bigint[], ${placeholders(2, 7, 'text')}, $8::bigint[]),
        jsonb_array_elements($9::jsonb), jsonb_array_elements($10::jsonb), jsonb_array_elements($11::jsonb)
      ) WITH ORDINALITY AS given (at_ms, ${ENTRY.join(', ')}, place) ORDER BY place`,
    addToRollups: `INSERT INTO ${schema}.usage_rollup AS kept (${[...KEY, ...SUMS].join(', ')})
      SELECT tier, ${moment('bucket_ms')}, dimension, name, ${SUMS.join(', ')}
      FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], ${placeholders(5, 15, 'bigint')})
        AS given (tier, bucket_ms, dimension, name, ${SUMS.join(', ')})
      ON CONFLICT (${KEY.join(', ')}) DO UPDATE SET
      ${SUMS.map((column) => `${column} = kept.${column} + excluded.${column}`).join(', ')}`,
    summarize: summarySql(schema),
    modelsAtEndpoints: `SELECT name, ${TEXTS} FROM ${schema}.usage_rollup
      WHERE tier = 'day' AND bucket = $1 AND dimension = '${PAIR}'`,
    recent: `SELECT id, (extract(epoch FROM at) * 1000)::bigint::text AS at_ms, operation, model, request_type, user_name,
      outcome, cost_nano_usd::text, tags::text, savings::text, parts::text
      FROM ${schema}.usage_entry ORDER BY seq DESC LIMIT $1`,
    isThere: `SELECT FROM ${schema}.usage_id LIMIT 1`,
  };
}

/**
 * Of the finer tier from $3 to $4 and from $5 to $6, of the coarser one from $4 to $5; no more than $7 users and $8 tags, the
 * dearest, and the rest together.
 */
function summarySql(schema: string): string {
  const part = (tier: string, from: string, to: string): string =>
    `SELECT dimension, name, ${SUMS.join(', ')} FROM ${schema}.usage_rollup
     WHERE tier = ${tier} AND bucket >= ${from} AND bucket < ${to} AND dimension <> '${PAIR}'`;
  return `WITH summed AS (
      SELECT dimension, name, ${SUMS.map((column) => `sum(${column}) AS ${column}`).join(', ')} FROM (
        ${part('$1', '$3', '$4')} UNION ALL ${part('$2', '$4', '$5')} UNION ALL ${part('$1', '$5', '$6')}
      ) AS parts GROUP BY dimension, name
    ), ranked AS (
      SELECT *, row_number() OVER (PARTITION BY dimension ORDER BY cost_nano_usd DESC, name) >
        CASE dimension WHEN 'user' THEN $7 WHEN 'tag' THEN $8 ELSE ${MAX_OTHER_NAMES} END AS is_other FROM summed
    )
    SELECT dimension, name, is_other, ${TEXTS} FROM ranked WHERE NOT is_other
    UNION ALL
    SELECT dimension, '${OTHER}', true, ${SUMS.map((column) => `sum(${column})::text`).join(', ')}
    FROM ranked WHERE is_other GROUP BY dimension`;
}

/** Milliseconds since the epoch as a moment, exactly. */
function moment(column: string): string {
  return `to_timestamp(${column} / 1000.0)`;
}

function placeholders(from: number, to: number, type: string): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `$${from + index}::${type}[]`).join(', ');
}
