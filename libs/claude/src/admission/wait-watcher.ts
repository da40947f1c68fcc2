import type { Call } from '../call/call.js';
import type { LineTurn } from './line-turn.js';

/** A call that waits for its limits. */
export interface WatchedWait {
  readonly call: Call;
  readonly turn: LineTurn;
  /** How much it asks of each of its limits, in the order of its meters. */
  readonly amounts: readonly number[];
  /**
   * Ends its wait with an error, so that it may wait elsewhere: in its turn, and together no longer than it might have waited
   * here.
   *
   * @returns Whether it was still waiting.
   */
  callAway(error: Error): boolean;
}

/** Whoever may know a better place to wait. */
export interface WaitWatcher {
  /** A call begins to wait. */
  watch(wait: WatchedWait): void;
  /** It does so no longer. */
  unwatch(wait: WatchedWait): void;
}
