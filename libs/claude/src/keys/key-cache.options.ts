/** How keys of a `ClaudeKeySource` are remembered. All in milliseconds, all above 0. */
export interface KeyCacheOptions {
  /** Age from which a key is fetched anew in the background while calls go on with it. Default 300,000 (5 minutes). */
  readonly refreshMs?: number;
  /**
   * Age up to which the last good key serves while its source fails. A key that says when it ends serves until then,
   * if that is sooner. Default 86,400,000 (a day).
   */
  readonly maxAgeMs?: number;
  /** How long one fetch may take. Default 10,000. */
  readonly timeoutMs?: number;
}

/** The same with every default filled in. */
export type KeyCacheSettings = Readonly<Required<KeyCacheOptions>>;

export const KEY_CACHE_DEFAULTS: KeyCacheSettings = Object.freeze({
  refreshMs: 300_000,
  maxAgeMs: 86_400_000,
  timeoutMs: 10_000,
});

/** For how long a source that failed is not asked again. */
export const BACK_OFF_MS = 5_000;

/**
 * How long before its end a key is fetched anew in the background, and how long before it calls wait for that. A key that
 * lives for less than four times as long has its windows shortened. Source: the SDK's own token cache.
 */
export const REFRESH_BEFORE_END_MS = 120_000;
export const WAIT_BEFORE_END_MS = 30_000;
