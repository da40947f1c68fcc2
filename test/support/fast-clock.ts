import { systemClock, type Clock, type Timer } from '../../libs/claude/src/call/clock.js';

/** The process's clock, so many times as fast. */
export class FastClock implements Clock {
  readonly #startMs = systemClock.now();
  readonly #startWallMs = Date.UTC(2026, 0, 1);

  /** @param factor Milliseconds that pass in one. */
  constructor(readonly factor: number) {}

  now(): number {
    return (systemClock.now() - this.#startMs) * this.factor;
  }

  wall(): number {
    return this.#startWallMs + this.now();
  }

  setTimer(callback: () => void, delayMs: number, awaited?: boolean): Timer {
    return systemClock.setTimer(callback, delayMs / this.factor, awaited);
  }
}
