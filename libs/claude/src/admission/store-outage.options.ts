/** Whether calls go on while the store does not answer: `open` lets them through, `closed` refuses them. */
export type OutagePolicy = 'open' | 'closed';

/** What becomes of calls while a `store` of one's own does not answer. */
export interface StoreOutageOptions {
  /**
   * Milliseconds the store may take to decide about a call. Default 500: many times what one takes that is well, and less
   * than anybody notices beside an answer of Claude. Each call waits so long for three failures in a row; then the store is
   * left alone for 5 seconds at a time, and nobody waits.
   */
  readonly answerWithinMs?: number;
  /** Calls that have to keep to limits, and to none of the hard budgets. Default `open`: the API has limits of its own. */
  readonly limits?: OutagePolicy;
  /** Calls that a hard budget has to pay for. Default `closed`: nobody else stops them from spending too much. */
  readonly hardBudgets?: OutagePolicy;
}

/** {@link StoreOutageOptions} with every default filled in. */
export type StoreOutageSettings = Required<StoreOutageOptions>;

export const STORE_OUTAGE_DEFAULTS: StoreOutageSettings = Object.freeze({
  answerWithinMs: 500,
  limits: 'open',
  hardBudgets: 'closed',
});
