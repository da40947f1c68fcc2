import type { Observable } from 'rxjs';
import type { ModelAtEndpoint } from './model-at-endpoint.js';
import type { UsageEntry } from './usage-entry.js';
import type { UsageSummary } from './usage-summary.js';

/** A stretch of wall-clock time in milliseconds since the epoch: from one moment until before another. */
export interface Moments {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What happens to a ledger that is kept elsewhere. */
export type LedgerEvent =
  /** It cannot be written to: entries wait in its journal. Once until it returns. */
  | { readonly type: 'ledger-away'; readonly error: unknown }
  /** It can be written to again, and what waits is brought to it. */
  | { readonly type: 'ledger-returned' }
  /** Its journal is full, and entries wait in memory. Once until there is room again. */
  | { readonly type: 'ledger-journal-full'; readonly error: unknown }
  /** It does not take an entry for what is in it: the entry is lost. */
  | { readonly type: 'ledger-refused'; readonly id: string; readonly error: unknown }
  /** Partitions could not be made or dropped. Nothing is lost, and it is tried again. */
  | { readonly type: 'ledger-maintenance-failed'; readonly error: unknown };

/** How a ledger that is kept elsewhere stands. */
export interface LedgerStanding {
  /** Milliseconds since it could be written to; `null` while it can be. */
  readonly awayForMs: number | null;
  /** Bytes that wait in its journal. */
  readonly journalBytes: number;
}

/** Where what calls used is kept. */
export interface UsageLedger {
  /** Adds entries. One with the id of an entry among the last recorded changes nothing, so that a batch may be sent again. */
  record(entries: readonly UsageEntry[]): PromiseLike<void> | void;
  /** What was used in a stretch of time, widened to the whole minutes, hours or days it is kept in. */
  summarize(moments: Moments): PromiseLike<UsageSummary> | UsageSummary;
  /**
   * What each model used at each endpoint on the day of UTC that begins at a moment, in any order: each pair that used something. `null`
   * where the day is no longer kept whole. Reconciliation by workspace asks for it, and nothing else does.
   */
  modelsAtEndpoints?(
    dayStartMs: number,
  ): PromiseLike<readonly ModelAtEndpoint[] | null> | readonly ModelAtEndpoint[] | null;
  /** The last entries, newest first. */
  recent(limit: number): PromiseLike<readonly UsageEntry[]> | readonly UsageEntry[];
  /** Asked once at the module's start, which fails where this rejects. Several modules may open one ledger. */
  open?(): PromiseLike<void>;
  /** Called for each `open()` when the module has been closed, and everything was recorded. */
  close?(): PromiseLike<void>;
  /** How it stands now, which health and metrics tell. One that does not say is taken to be well. */
  readonly standing?: LedgerStanding;
  /** What happens to it; the module's cost events have it too. */
  readonly events?: Observable<LedgerEvent>;
}
