import type { KeyFailure } from './key.events.js';
import type { LiveKey } from './live-key.js';

/** Hands out the key of an endpoint, wherever it comes from. */
export interface KeySupply {
  /** What errors and events call where it comes from. */
  readonly name: string;
  /** The key as it is known now; `null` before the first one. */
  readonly held: LiveKey | null;
  /** When it was fetched and when it ends, in milliseconds by the clock's `now()`; `null` where that means nothing. */
  readonly fetchedAtMs: number | null;
  readonly endsAtMs: number | null;
  /** How its source failed last, as long as it has not given a key since. */
  readonly lastFailure: KeyFailure | null;
  /** The key for an attempt. A promise only when it has to be waited for. */
  take(): LiveKey | Promise<LiveKey>;
  /**
   * Asks the source itself. `null` where there is nothing to ask.
   *
   * @param byHand Also within the pause after a failure. Default false.
   */
  renew(byHand?: boolean): Promise<LiveKey> | null;
  close(): Promise<void>;
}

/** Who hears of what a supply does. */
export interface SupplyListener {
  /** A key has come that is not the one before it; `null` for the first. */
  changed(key: LiveKey, previous: LiveKey | null): void;
  failed(failure: KeyFailure, held: LiveKey | null): void;
}
