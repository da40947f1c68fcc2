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
  /** How many retries there may be in all; `false` for as many as attempts allow. */
  readonly budget?: RetryBudgetOptions | false;
  /**
   * Models that take over when another is overloaded (529), its circuit is open, or its limit is used up for longer than
   * the call can wait: `{ 'claude-opus-5-5': ['claude-sonnet-5-5'] }`. The next attempt asks the next model of the list,
   * without waiting, with everything else of the request as it was; what one model takes another may refuse, and then the
   * first one's error stands. Never after output was given. Default: none.
   */
  readonly fallbackModels?: Readonly<Record<string, readonly string[]>>;
}

/**
 * A bucket of tokens per limit domain, which each retry takes from: in an incident, when every call fails, retries fade
 * to a fraction of the calls instead of multiplying them. Source: the AWS SDKs' retry quota; Google SRE Book, chapter 22.
 */
export interface RetryBudgetOptions {
  /** What the bucket holds at the most, and at the start. A retry takes 1; one that the server itself asked for with a 429 and a time takes 0.5. Default 10. */
  readonly maxTokens?: number;
  /** What the first attempt of each call puts in, 0 to 1. Default 0.2: one retry for five calls. */
  readonly tokensPerCall?: number;
  /** What flows in by itself, so that a service that came back is retried again. Default 10. */
  readonly tokensPerMinute?: number;
}

/** Retry budget options with every default filled in. */
export type RetryBudgetSettings = Readonly<Required<RetryBudgetOptions>>;

/** Retry options with every default filled in. */
export interface RetrySettings extends Readonly<Required<Omit<RetryOptions, 'budget'>>> {
  readonly budget: RetryBudgetSettings | false;
}

export const RETRY_BUDGET_DEFAULTS: RetryBudgetSettings = Object.freeze({
  maxTokens: 10,
  tokensPerCall: 0.2,
  tokensPerMinute: 10,
});

export const RETRY_DEFAULTS: RetrySettings = Object.freeze({
  maxAttempts: 3,
  baseDelayMs: 500,
  maxDelayMs: 8_000,
  overloadedBaseDelayMs: 1_000,
  overloadedMaxDelayMs: 30_000,
  maxRetryAfterMs: 75_000,
  budget: RETRY_BUDGET_DEFAULTS,
  fallbackModels: Object.freeze({}),
});
