import type { KeyFailure } from './key.events.js';

/** What the key of an endpoint is at. Holds no secret. */
export interface KeySnapshot {
  readonly endpoint: string;
  /** Name of the key's source: `value`, `function`, or what a `ClaudeKeySource` calls itself. */
  readonly source: string;
  /** What the key in use is called; `null` when there is none yet. */
  readonly keyId: string | null;
  /**
   * `not-loaded` before the first call, `live` as it should be, `last-good` while its source fails, `refused` while the API
   * refuses it and there is no other, `unavailable` without any.
   */
  readonly state: 'not-loaded' | 'live' | 'last-good' | 'refused' | 'unavailable';
  /** Milliseconds since it was fetched; `null` where that means nothing. */
  readonly ageMs: number | null;
  /** Milliseconds for which it may still serve; `null` where nothing bounds it. */
  readonly endsInMs: number | null;
  /** How its source failed last, as long as it has not given a key since. */
  readonly lastFailure: KeyFailure | null;
  /** Keys that the API has refused, the latest last. */
  readonly refusedKeyIds: readonly string[];
}
