export type { WriterStats } from './durable-writer.js';
export { JournalFullError } from './journal/journal.js';
export type { PgClient, PgPool, PgResult } from './pg-pool.js';
export type { JournalOptions, PostgresLedgerOptions } from './postgres-ledger.options.js';
export { PostgresUsageLedger } from './postgres-usage-ledger.js';
export { maintain, type MaintainSettings } from './schema/maintain.js';
export { migrate, type Migrated, type MigrateOptions } from './schema/migrate.js';
