import type { Clock, Timer } from '../../call/clock.js';

interface PendingTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it. It drives whatever it is handed to: the simulator's rate limits,
 * cache expiry, batches and latencies, and the module's own timers.
 */
export class ManualClock implements Clock {
  readonly #startMs: number;
  readonly #timers = new Set<PendingTimer>();
  #elapsedMs = 0;

  /** @param startMs Wall-clock start in milliseconds since the Unix epoch; default 2026-01-01T00:00:00Z. */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    if (!Number.isFinite(startMs)) throw new RangeError(`ManualClock starts at a finite number of ms, got ${startMs}.`);
    this.#startMs = startMs;
  }

  /** Milliseconds since the clock was made. */
  now(): number {
    return this.#elapsedMs;
  }

  /** Milliseconds since the Unix epoch. */
  wall(): number {
    return this.#startMs + this.#elapsedMs;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer: PendingTimer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** How many timers wait for the clock to move. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves time by `ms` and runs every timer that falls due on the way, in order of due time. */
  advance(ms: number): void {
    if (!(ms >= 0) || ms === Infinity) throw new RangeError(`A clock moves by a finite number of ms >= 0, got ${ms}.`);
    const untilMs = this.#elapsedMs + ms;
    for (let timer = this.#nextDue(untilMs); timer; timer = this.#nextDue(untilMs)) {
      this.#timers.delete(timer);
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
      timer.callback();
    }
    this.#elapsedMs = untilMs;
  }

  #nextDue(untilMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}
