import type { Clock, Timer } from '../call/clock.js';

/** One timer that is put to the time it is needed for, and to none. */
export class WakeTimer {
  #timer: Timer | null = null;
  #dueMs = Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly onDue: () => void,
  ) {}

  /** Calls back at a monotonic time in place of the one it was put to; never, for `Infinity`. */
  wakeAt(dueMs: number): void {
    if (dueMs === this.#dueMs) return;
    this.#timer?.cancel();
    this.#dueMs = dueMs;
    this.#timer = dueMs === Infinity ? null : this.#set(dueMs);
  }

  #set(dueMs: number): Timer {
    const onTime = (): void => {
      this.#dueMs = Infinity;
      this.#timer = null;
      this.onDue();
    };
    // Whoever waits for this waits for nothing else.
    return this.clock.setTimer(onTime, Math.max(0, Math.ceil(dueMs - this.clock.now())), true);
  }
}
