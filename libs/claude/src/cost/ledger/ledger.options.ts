import type { UsageLedger } from './usage-ledger.js';

/** Where what calls used is kept: how much of it in this process's memory, or elsewhere. */
export interface LedgerOptions {
  /** A ledger of your own, which keeps its own bounds. Default: this process's memory. */
  readonly store?: UsageLedger;
  /** For how many hours use is told apart by minutes. Default 6. */
  readonly minutesForHours?: number;
  /** For how many days use is told apart by hours. Default 8. */
  readonly hoursForDays?: number;
  /** For how many days use is kept, told apart by days. Default 400. */
  readonly days?: number;
  /** How many users are told apart in a minute, an hour or a day; the rest are added up as `other`. Default 1,000. */
  readonly maxUsers?: number;
  /** The same for tags, each name with each of its values. Default 1,000. */
  readonly maxTags?: number;
  /** How many of the last entries are kept whole. Default 1,000. */
  readonly recentEntries?: number;
}

/** The bounds of the memory. */
export type LedgerSettings = Required<Omit<LedgerOptions, 'store'>>;

export const LEDGER_DEFAULTS: LedgerSettings = Object.freeze({
  minutesForHours: 6,
  hoursForDays: 8,
  days: 400,
  maxUsers: 1_000,
  maxTags: 1_000,
  recentEntries: 1_000,
});

/** More than there are models, endpoints and kinds of work in any application; callers can invent models all the same. */
export const MAX_OTHER_NAMES = 200;

/** The same for models at endpoints: each pair that used something. */
export const MAX_PAIRS = 1_000;
