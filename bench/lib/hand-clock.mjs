/**
 * A clock that is moved by hand, for what sets one timer at a time. The tests' own keeps its timers in a set, whose tables
 * hang on to each other once they are old: what the collector makes of that would be counted as the line's.
 */
export class HandClock {
  #nowMs = 0;
  #timer = null;

  now() {
    return this.#nowMs;
  }

  setTimer(callback, delayMs) {
    if (this.#timer !== null) throw new Error('The clock has one timer at a time.');
    const timer = { dueMs: this.#nowMs + delayMs, callback, cancel: () => (this.#timer = null) };
    this.#timer = timer;
    return timer;
  }

  /** Moves on, and calls back on the way what falls due. */
  advance(ms) {
    const untilMs = this.#nowMs + ms;
    while (this.#timer !== null && this.#timer.dueMs <= untilMs) {
      const { dueMs, callback } = this.#timer;
      this.#timer = null;
      this.#nowMs = dueMs;
      callback();
    }
    this.#nowMs = untilMs;
  }
}
