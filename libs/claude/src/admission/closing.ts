import type { ClosedBy } from './meter.js';

/** What two readings of a clock may be off by; no wait is worth less. */
export const ROUNDING_MS = 0.001;

/** For how long a meter grants nothing, whatever is left of it, and why. */
export class Closing {
  #untilMs = -Infinity;
  #by: ClosedBy | null = null;

  /** Whether it is open. */
  isOver(nowMs: number): boolean {
    return this.#untilMs - nowMs <= ROUNDING_MS;
  }

  /** Milliseconds it stays closed; 0 when it is open, `Infinity` until it is opened. */
  leftMs(nowMs: number): number {
    const leftMs = this.#untilMs - nowMs;
    return leftMs > ROUNDING_MS ? leftMs : 0;
  }

  by(nowMs: number): ClosedBy | null {
    return this.leftMs(nowMs) > 0 ? this.#by : null;
  }

  /** Closes it for so long, unless it is closed for longer already; 0 milliseconds open it. */
  close(forMs: number, by: ClosedBy, nowMs: number): void {
    if (forMs === 0) this.#untilMs = -Infinity;
    else if (nowMs + forMs > this.#untilMs) {
      this.#untilMs = nowMs + forMs;
      this.#by = by;
    }
  }
}
