import type { UsageEntry } from './usage-entry.js';
import type { UsageSummary } from './usage-summary.js';

/** A stretch of wall-clock time in milliseconds since the epoch: from one moment until before another. */
export interface Moments {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Where what calls used is kept. */
export interface UsageLedger {
  /** Adds entries. One with the id of an entry among the last recorded changes nothing, so that a batch may be sent again. */
  record(entries: readonly UsageEntry[]): PromiseLike<void> | void;
  /** What was used in a stretch of time, widened to the whole minutes, hours or days it is kept in. */
  summarize(moments: Moments): PromiseLike<UsageSummary> | UsageSummary;
  /** The last entries, newest first. */
  recent(limit: number): PromiseLike<readonly UsageEntry[]> | readonly UsageEntry[];
}
