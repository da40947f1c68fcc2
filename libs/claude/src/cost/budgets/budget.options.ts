/** A stretch of the calendar. Weeks begin on Monday, as in ISO 8601. */
export type CalendarUnit = 'hour' | 'day' | 'week' | 'month';

/**
 * The stretch of time a limit is for. `'day'` is each day in UTC, `{ calendar: 'day', timeZone: 'Europe/Berlin' }` each
 * day as people there have it, and `{ rollingMs }` the time until now, of that length: from a minute to 400 days, counted
 * in 60 slices.
 */
export type BudgetWindow =
  | CalendarUnit
  | {
      readonly calendar: CalendarUnit;
      /** An IANA time zone, e.g. `America/New_York`. Default `UTC`. */
      readonly timeZone?: string;
    }
  | { readonly rollingMs: number };

/**
 * Whose calls a budget pays for. A name means the calls of that one; `'*'` means that each one has a budget of its own,
 * all with the same limit. Calls that name none (no user, no such tag, ...) are paid by no such budget.
 */
export type BudgetScope =
  /** Every call. */
  | 'global'
  /** Those of a context's `user`. */
  | { readonly user: string }
  /** Those with a value of a tag, e.g. `{ tag: 'tenant', value: '*' }`. */
  | { readonly tag: string; readonly value: string }
  /** Those of a model. An id and its aliases are one model. */
  | { readonly model: string }
  /** Those made with the key of an endpoint, by the endpoint's name; `default` where there is one `apiKey`. */
  | { readonly key: string }
  /** Those of a context's `requestType`. */
  | { readonly requestType: string };

/**
 * `hard` reserves the most a call can cost before it is made, so that no more than the limit is ever spent. `soft` counts
 * and alerts, and stops nothing. `shadow` decides as `hard` does and reports what it would have stopped, and stops nothing.
 */
export type BudgetMode = 'hard' | 'soft' | 'shadow';

/**
 * What becomes of a call that a hard budget cannot pay in full: it is refused, or `max_tokens` is lowered to what fits, or
 * it is made with a cheaper model. A call that does not fit even so is refused.
 */
export type OnShortfall =
  | 'refuse'
  /** `minTokens`: the lowest `max_tokens` a call is worth making with; at least 1. */
  | { readonly clamp: { readonly minTokens: number } }
  /** `to`: id of a model with a known price. */
  | { readonly degrade: { readonly to: string } };

/** How much may be spent, by whom, in what time. */
export interface BudgetOptions {
  /** What errors, events and reports call it. No two budgets share one. */
  readonly name: string;
  /** US dollars that may be spent in one window, from 0 to 4,000,000, in whole nano-dollars. 0 allows nothing. */
  readonly limitUsd: number;
  readonly window: BudgetWindow;
  /** Default `global`. */
  readonly scope?: BudgetScope;
  /** Default `hard`. */
  readonly mode?: BudgetMode;
  /**
   * Shares of the limit, each above 0 and up to 1, at which an event tells once a window that so much is spent. Default
   * `[0.5, 0.8, 1]`; an empty list for none.
   */
  readonly alertAt?: readonly number[];
  /** Only for hard budgets. Default `refuse`. */
  readonly onShortfall?: OnShortfall;
}

/** A window with nothing left to be filled in. */
export type ResolvedWindow =
  | { readonly kind: 'calendar'; readonly unit: CalendarUnit; readonly timeZone: string }
  | {
      readonly kind: 'rolling';
      readonly rollingMs: number;
      /** Length of each of its {@link ROLLING_SLICES}, in whole milliseconds: all of them last at least the window. */
      readonly sliceMs: number;
    };

/** A budget with every default filled in. Frozen. */
export interface ResolvedBudget {
  readonly name: string;
  /** Whole nano-dollars. */
  readonly limitNanoUsd: number;
  readonly window: ResolvedWindow;
  readonly scope: BudgetScope;
  readonly mode: BudgetMode;
  /** Ascending. */
  readonly alertAt: readonly number[];
  readonly onShortfall: OnShortfall;
}

/** In a scope: each one for itself. */
export const EACH = '*';

/** The largest limit in US dollars: what an exact integer can hold of nano-dollars, rounded down. */
export const MAX_LIMIT_USD = 4_000_000;

/** How many slices a rolling window is counted in. */
export const ROLLING_SLICES = 60;

/** A minute: slices of a second. */
export const MIN_ROLLING_MS = 60_000;

/** 400 days, as long as the ledger keeps. */
export const MAX_ROLLING_MS = 400 * 24 * 60 * 60 * 1_000;

export const BUDGET_DEFAULTS = Object.freeze({
  scope: 'global',
  mode: 'hard',
  alertAt: Object.freeze([0.5, 0.8, 1]),
  onShortfall: 'refuse',
} as const satisfies Partial<BudgetOptions>);
