import { performance } from 'node:perf_hooks';

/** A timer that somebody holds. */
export interface Timer {
  /** Stops it. Harmless when it has fired or was stopped before. */
  cancel(): void;
}

/** Time, as everything in this library gets it: tests hand in a manual one. */
export interface Clock {
  /** Monotonic milliseconds. Never steps back, whatever happens to the wall clock. */
  now(): number;
  /** Milliseconds since the Unix epoch, for records and HTTP dates only. */
  wall(): number;
  /**
   * Calls back once after `delayMs`.
   *
   * @param awaited Whether somebody waits for nothing but this: it then keeps the process alive. Default false.
   */
  setTimer(callback: () => void, delayMs: number, awaited?: boolean): Timer;
}

/** Randomness, as everything in this library gets it: a number in [0, 1). */
export type Random = () => number;

/** A longer delay makes `setTimeout` fire at once; nothing here means to wait 24 days. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

class SystemTimer implements Timer {
  readonly #timeout: NodeJS.Timeout;

  constructor(callback: () => void, delayMs: number, awaited: boolean) {
    this.#timeout = setTimeout(callback, Math.min(delayMs, LONGEST_DELAY_MS));
    if (!awaited) this.#timeout.unref();
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }
}

/** The process's own clock. */
export const systemClock: Clock = {
  // Bound: two calls deep costs a fifth more, and the clock is read several times a call.
  now: performance.now.bind(performance),
  wall: () => Date.now(),
  setTimer: (callback, delayMs, awaited = false) => new SystemTimer(callback, delayMs, awaited),
};
