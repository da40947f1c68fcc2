/** How the number of calls under way at an endpoint follows what it can take. */
export interface AdaptiveConcurrencyOptions {
  /** Calls that may be under way at first. Default 20: as long as nothing is overloaded, it doubles with every round of answers. */
  readonly initial?: number;
  /** Never fewer. At least 1. Default 2. */
  readonly min?: number;
  /** Never more. Default 1,000: what Anthropic's Start tier lets through in calls of a minute each. */
  readonly max?: number;
}

export const ADAPTIVE_CONCURRENCY_DEFAULTS: Required<AdaptiveConcurrencyOptions> = Object.freeze({
  initial: 20,
  min: 2,
  max: 1_000,
});
