import type { Clock } from '../call/clock.js';
import type { LedgerOptions } from '../cost/ledger/ledger.options.js';
import type { PgPool } from './pg-pool.js';

/** Where entries go while PostgreSQL is away. */
export interface JournalOptions {
  /** A directory that processes may share: each has files of its own in it. Default `nestjs-claude/ledger` below
   * `XDG_STATE_HOME` or `~/.local/state`. */
  readonly directory?: string;
  /** How large the files of one process may grow together, in bytes. Default 256 MiB, some 300,000 calls. */
  readonly maxBytes?: number;
  /** Whether each lot is forced to the disk, so that it outlives the machine's crash and not the process's alone. Default true. */
  readonly fsync?: boolean;
}

/** A ledger in PostgreSQL. */
export interface PostgresLedgerOptions extends Pick<
  LedgerOptions,
  'minutesForHours' | 'hoursForDays' | 'days' | 'maxUsers' | 'maxTags'
> {
  /** Your pool of `pg`. It stays yours: the ledger never ends it. */
  readonly pool: PgPool;
  /** The schema its tables live in. Default `nestjs_claude`. */
  readonly schema?: string;
  /** For how many days whole entries are kept; an older one is not taken any more. Default 90. */
  readonly entriesDays?: number;
  /** `false`: while PostgreSQL is away, entries wait in memory alone, 10,000 at the most. */
  readonly journal?: JournalOptions | false;
  /** What becomes of a start without a usable database: it fails, or entries wait in the journal. Default `fail`. */
  readonly onUnusable?: 'fail' | 'degrade';
  /** Whether this process makes and drops partitions every six hours. The user of the pool must own the tables. Default true. */
  readonly maintain?: boolean;
  /** How long a connection, or one transaction, may take, in milliseconds. Default 5,000. */
  readonly queryMs?: number;
  /** For tests. */
  readonly clock?: Clock;
}

/** {@link PostgresLedgerOptions} with every default filled in. */
export type PostgresLedgerSettings = Required<Omit<PostgresLedgerOptions, 'journal'>> & {
  readonly journal: Required<JournalOptions> | null;
};

export const DEFAULT_SCHEMA = 'nestjs_claude';
