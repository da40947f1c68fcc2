/** Limits of one model class. What is left out is not enforced. */
export interface ClassLimits {
  readonly requestsPerMinute?: number;
  /** Uncached input and cache writes; cache reads are free, as with the API. */
  readonly inputTokensPerMinute?: number;
  /** Tokens generated; `max_tokens` does not matter, as with the API. */
  readonly outputTokensPerMinute?: number;
}

/**
 * Limits per organization and model class ("Rate limits" in the Anthropic API docs): every class gets a set of its own.
 * `byClass` replaces them for the classes it names, such as `opus-4` (Opus 4.5 to 4.8 share one), `sonnet-4`, `fable-5`,
 * `opus-5-5`, `haiku-4-5`; a `:fast` suffix means the pool of fast mode.
 */
export interface RateLimits extends ClassLimits {
  readonly byClass?: Readonly<Record<string, ClassLimits>>;
}
