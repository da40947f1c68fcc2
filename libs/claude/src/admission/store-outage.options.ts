/** Whether calls go on while the store does not answer: `open` lets them through, `closed` refuses them. */
export type OutagePolicy = 'open' | 'closed';

/** The same of limits; `local` keeps each replica to its share of them. */
export type OutageLimits = OutagePolicy | 'local';

/** What becomes of calls while a `store` of one's own does not answer. */
export interface StoreOutageOptions {
  /**
   * Milliseconds the store may take to decide about a call. Default 250: more than a packet that is lost and sent again
   * costs (200 on Linux), or a snapshot of a store that is well, and less than anybody notices beside an answer of Claude.
   * Each call waits so long for three failures in a row; then the store is left alone for 5 seconds at a time, and nobody
   * waits.
   */
  readonly answerWithinMs?: number;
  /**
   * Calls that have to keep to limits, and to none of the hard budgets. Default `local`: each replica keeps to its share of
   * every limit, divided by the number of replicas that the store knew last.
   */
  readonly limits?: OutageLimits;
  /** Calls that a hard budget has to pay for. Default `closed`: nobody else stops them from spending too much. */
  readonly hardBudgets?: OutagePolicy;
  /**
   * How many replicas there are as long as the store has not told, as when it is away from the start. A whole number of at
   * least 1. Default 1.
   */
  readonly replicas?: number;
}

/** {@link StoreOutageOptions} with every default filled in. */
export type StoreOutageSettings = Required<StoreOutageOptions>;

export const STORE_OUTAGE_DEFAULTS: StoreOutageSettings = Object.freeze({
  answerWithinMs: 250,
  limits: 'local',
  hardBudgets: 'closed',
  replicas: 1,
});
