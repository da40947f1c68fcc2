import { systemClock, type Clock, type Timer } from '../../libs/claude/src/call/clock.js';

const TICK_MS = 1;
/** The most that one tick may count for. Longer, and the machine was busy, not the world. */
const LONGEST_TICK_MS = 4;

interface Pending extends Timer {
  readonly dueAtMs: number;
  readonly callback: () => void;
}

/**
 * Time that passes so many times as fast, and waits for a machine that is busy: a turn of the event loop that took long
 * counts as a short one. What the code under test does is as quick by this clock on a slow machine as on a fast one; only
 * the test takes longer. Close it when the test is over.
 */
export class FastClock implements Clock {
  readonly #startWallMs = Date.UTC(2026, 0, 1);
  readonly #pending = new Set<Pending>();
  readonly #ticks: NodeJS.Timeout;
  #readAtMs = systemClock.now();
  #nowMs = 0;

  /** @param factor Milliseconds that pass in one. */
  constructor(readonly factor: number) {
    this.#ticks = setInterval(() => this.#tick(), TICK_MS);
  }

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return this.#startWallMs + this.now();
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const pending: Pending = {
      dueAtMs: this.now() + delayMs,
      callback,
      cancel: () => void this.#pending.delete(pending),
    };
    this.#pending.add(pending);
    return pending;
  }

  /** Resolves so much later. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(resolve, ms));
  }

  /** Waits until something holds; fails with what it was when so much time has passed. */
  async until(holds: () => boolean, what: string, timeoutMs: number): Promise<void> {
    const deadlineMs = this.now() + timeoutMs;
    while (!holds()) {
      if (this.now() > deadlineMs) throw new Error(`It never came to be that ${what}.`);
      await this.sleep(this.factor);
    }
  }

  /** Time stands still from now on. Whoever still waits, waits for ever. */
  close(): void {
    clearInterval(this.#ticks);
    this.#pending.clear();
  }

  #tick(): void {
    const readAtMs = systemClock.now();
    this.#nowMs += Math.min(readAtMs - this.#readAtMs, LONGEST_TICK_MS) * this.factor;
    this.#readAtMs = readAtMs;
    const due = [...this.#pending].filter(({ dueAtMs }) => dueAtMs <= this.#nowMs);
    for (const pending of due.toSorted((a, b) => a.dueAtMs - b.dueAtMs)) {
      if (this.#pending.delete(pending)) pending.callback();
    }
  }
}
