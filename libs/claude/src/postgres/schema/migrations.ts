import { ROLLUP_SUMS } from '../ledger-sql.js';

/** A step of the schema. One that was released never changes: what comes later is a further step. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** @param schema Quoted. */
  readonly sql: (schema: string) => string;
}

/** What notes which steps were taken. */
export function migrationTable(schema: string): string {
  return `CREATE TABLE IF NOT EXISTS ${schema}.usage_migration (
    version integer PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'entries, their ids, and rollups',
    sql: (schema) => `
      CREATE SEQUENCE ${schema}.usage_entry_seq;

      -- One row a call. By month, so that a month is dropped at once.
      CREATE TABLE ${schema}.usage_entry (
        seq bigint NOT NULL DEFAULT nextval('${schema}.usage_entry_seq'),
        at timestamptz NOT NULL,
        id text NOT NULL,
        operation text NOT NULL,
        model text,
        request_type text,
        user_name text,
        outcome text NOT NULL,
        cost_nano_usd bigint NOT NULL,
        tags jsonb NOT NULL,
        savings jsonb NOT NULL,
        parts jsonb NOT NULL
      ) PARTITION BY RANGE (at);
      CREATE INDEX usage_entry_seq_idx ON ${schema}.usage_entry (seq);
      -- Takes what no month is there for, until there is one.
      CREATE TABLE ${schema}.usage_entry_default PARTITION OF ${schema}.usage_entry DEFAULT;
      CREATE INDEX usage_entry_default_at_idx ON ${schema}.usage_entry_default (at);

      -- Which entries were taken: a unique index on a partitioned table could not tell an id that comes again in another month.
      CREATE TABLE ${schema}.usage_id (
        key uuid PRIMARY KEY,
        at timestamptz NOT NULL
      );
      CREATE INDEX usage_id_at_idx ON ${schema}.usage_id (at);

      -- Sums of stretches of time. No index on what is added to, and room in each page, so that an update stays in it.
      CREATE TABLE ${schema}.usage_rollup (
        tier text NOT NULL,
        bucket timestamptz NOT NULL,
        dimension text NOT NULL,
        name text NOT NULL,
        ${ROLLUP_SUMS.map(([column]) => `${column} bigint NOT NULL`).join(', ')},
        PRIMARY KEY (tier, bucket, dimension, name)
      ) WITH (fillfactor = 70);
    `,
  },
];

/** The schema's version that this code needs. */
export const SCHEMA_VERSION = Math.max(...MIGRATIONS.map(({ version }) => version));
