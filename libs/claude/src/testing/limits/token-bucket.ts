import type { Clock } from '../../call/clock.js';

const MINUTE_MS = 60_000;

/** A token bucket of one minute's worth, refilled continuously. It may go into debt, which refilling pays off first. */
export class TokenBucket {
  readonly limit: number;
  readonly enforced: boolean;
  readonly #clock: Clock;
  #level: number;
  #levelAtMs: number;

  constructor(perMinute: number, enforced: boolean, clock: Clock) {
    this.limit = perMinute;
    this.enforced = enforced;
    this.#clock = clock;
    this.#level = perMinute;
    this.#levelAtMs = clock.now();
  }

  /** What is left now; below 0 while in debt. */
  available(): number {
    const nowMs = this.#clock.now();
    if (nowMs !== this.#levelAtMs) {
      this.#level = Math.min(this.limit, this.#level + ((nowMs - this.#levelAtMs) * this.limit) / MINUTE_MS);
      this.#levelAtMs = nowMs;
    }
    return this.#level;
  }

  /** Milliseconds until `amount` is there; 0 when it is. An amount above the limit waits for a full bucket. */
  msUntil(amount: number): number {
    const missing = Math.min(amount, this.limit) - this.available();
    return missing <= 0 ? 0 : Math.ceil((missing * MINUTE_MS) / this.limit);
  }

  covers(amount: number): boolean {
    return !this.enforced || this.available() >= amount;
  }

  take(amount: number): void {
    this.#level = this.available() - amount;
  }
}
