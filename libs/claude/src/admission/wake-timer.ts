import type { Clock, Timer } from '../call/clock.js';

/**
 * One timer that is put to the time it is needed for, and to none. Put to a later time it rings at the earlier one, and is
 * set again then: in a line that moves the time changes with each who is served, and setting a timer costs more than that.
 */
export class WakeTimer {
  #timer: Timer | null = null;
  /** When it rings: not after it is due. */
  #ringsAtMs = Infinity;
  #dueMs = Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly onDue: () => void,
  ) {}

  /** Calls back at a monotonic time in place of the one it was put to; never, for `Infinity`. */
  wakeAt(dueMs: number): void {
    this.#dueMs = dueMs;
    if (dueMs !== Infinity && dueMs >= this.#ringsAtMs) return;
    this.#timer?.cancel();
    this.#set();
  }

  #set(): void {
    this.#ringsAtMs = this.#dueMs;
    if (this.#dueMs === Infinity) this.#timer = null;
    else {
      // Whoever waits for this waits for nothing else.
      this.#timer = this.clock.setTimer(this.#rang, Math.max(0, Math.ceil(this.#dueMs - this.clock.now())), true);
    }
  }

  readonly #rang = (): void => {
    if (this.#dueMs > this.#ringsAtMs) return this.#set();
    this.#dueMs = Infinity;
    this.#ringsAtMs = Infinity;
    this.#timer = null;
    this.onDue();
  };
}
