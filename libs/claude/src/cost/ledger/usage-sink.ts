import type { UsageEntry } from './usage-entry.js';

/** Where entries go besides the ledger: a warehouse, a queue, a billing system. It may be slow, and may fail. */
export interface UsageSink {
  /** Names it in events and counts. */
  readonly name: string;
  /**
   * Takes entries, at most 500 at once and one lot after the other. A lot is given again until this returns or resolves,
   * so the same id may come twice.
   */
  write(entries: readonly UsageEntry[]): PromiseLike<void> | void;
}

/** How far a sink has come. */
export interface SinkStats {
  readonly name: string;
  /** Entries that wait, those being written included. */
  readonly queued: number;
  readonly written: number;
  /** Entries that found the queue full and are lost to this sink. */
  readonly dropped: number;
  /** Writes that failed, each of which is tried again. */
  readonly failures: number;
}

/** What happens to a sink. */
export type SinkEvent =
  /** It does not take entries; they are kept and offered again. Once until it takes some. */
  | { readonly type: 'sink-failed'; readonly sink: string; readonly error: unknown }
  | { readonly type: 'sink-recovered'; readonly sink: string }
  /** Its queue is full, and the newest entries are lost to it. Once until there is room again. */
  | { readonly type: 'sink-overflowed'; readonly sink: string };
