/** How failed attempts are repeated. */
export interface RetryOptions {
  /** Attempts a call may take at the most, the first included. 1 to 20. Default 3. */
  readonly maxAttempts?: number;
  /** Upper end of the first wait, in milliseconds; it doubles with each attempt. Default 500. */
  readonly baseDelayMs?: number;
  /** Cap of a wait, in milliseconds. Default 8,000. */
  readonly maxDelayMs?: number;
  /** The same for an overloaded API (529), and for a 429 without a hint. Default 1,000. */
  readonly overloadedBaseDelayMs?: number;
  /** Default 30,000. */
  readonly overloadedMaxDelayMs?: number;
  /**
   * The longest wait that a server may ask for, in milliseconds; a longer one fails the call at once, with the hint on
   * the error. Default 75,000, so that a limit's full minute passes.
   */
  readonly maxRetryAfterMs?: number;
}

/** Retry options with every default filled in. */
export type RetrySettings = Readonly<Required<RetryOptions>>;

export const RETRY_DEFAULTS: RetrySettings = Object.freeze({
  maxAttempts: 3,
  baseDelayMs: 500,
  maxDelayMs: 8_000,
  overloadedBaseDelayMs: 1_000,
  overloadedMaxDelayMs: 30_000,
  maxRetryAfterMs: 75_000,
});
