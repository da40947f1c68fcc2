/** Marks what requests have in common, so that the API reads it from its prompt cache. */
export interface CacheBreakpointsOptions {
  readonly use: 'cache-breakpoints';
  /**
   * How many tokens, as estimated, a prefix must have to be marked, by model or for all. Default: what the model asks for
   * where that is known, else 4,096. The API caches nothing shorter than its own minimum, and says so by no error.
   */
  readonly minimumTokens?: number | Readonly<Record<string, number>>;
}
