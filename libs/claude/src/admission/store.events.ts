import type { OutageLimits, OutagePolicy } from './store-outage.options.js';

/** Who decides about limits: all replicas together by the `store`, or without it as `storeOutage.limits` says. */
export type StoreMode = 'shared' | OutageLimits;

/** What happens to a `store` of one's own. */
export type StoreEvent =
  /** It failed, or did not answer in time: calls are decided about without it. Once until it answers again. */
  | {
      readonly type: 'store-failed';
      readonly error: unknown;
      /** How limits are kept until then. */
      readonly mode: OutageLimits;
      /** What becomes of calls that a hard budget has to pay for until then. */
      readonly hardBudgets: OutagePolicy;
    }
  /** It answers again, and decides about calls: the mode is `shared`. */
  | { readonly type: 'store-recovered' }
  /** It was told what had happened while it was away: so many entries of the journal. */
  | { readonly type: 'store-caught-up'; readonly entries: number }
  /** The journal is full: what is spent or given back from now on, the store will not be told. Once until it is empty. */
  | { readonly type: 'store-journal-full' };

/** How a `store` of one's own has done. */
export interface StoreStats {
  /** Whether its last answer was none. */
  readonly isFailing: boolean;
  /** How often it failed, or did not answer in time. */
  readonly failures: number;
  /** Requests that were let through without it. */
  readonly letThrough: number;
  /** Requests that were refused without it. */
  readonly refused: number;
  /** Who decides about limits now. */
  readonly mode: StoreMode;
  /** How many replicas share the limits, as far as it has told. Only counted where `storeOutage.limits` is `local`. */
  readonly replicas: number;
  /** Entries of the journal that it has yet to be told. */
  readonly journal: number;
  /** What it will never be told, as the journal was full. */
  readonly journalDropped: number;
}
