import { systemClock, type Clock, type Timer } from '../../libs/claude/src/call/clock.js';

/** A clock that counts the timers somebody holds, and can be put wrong. */
export class WatchedClock implements Clock {
  /** Timers that have neither fired nor been cancelled. */
  held = 0;
  /** How long each wait was to last that somebody asked for and does nothing beside, in milliseconds. */
  readonly waits: number[] = [];
  #aheadMs = 0;
  #wallAheadMs = 0;

  /** @param clock The one that tells the time. Default: the process's own. */
  constructor(private readonly clock: Clock = systemClock) {}

  now(): number {
    return this.clock.now() + this.#aheadMs;
  }

  wall(): number {
    return this.clock.wall() + this.#aheadMs + this.#wallAheadMs;
  }

  /** Time passes that no timer has waited for. */
  skip(ms: number): void {
    this.#aheadMs += ms;
  }

  /** Somebody sets the wall clock. The monotonic one knows nothing of it. */
  setWall(byMs: number): void {
    this.#wallAheadMs += byMs;
  }

  setTimer(callback: () => void, delayMs: number, awaited = false): Timer {
    let over = false;
    const end = (): void => {
      if (!over) this.held -= 1;
      over = true;
    };
    this.held += 1;
    if (awaited) this.waits.push(delayMs);
    const onTime = (): void => {
      end();
      callback();
    };
    const timer = this.clock.setTimer(onTime, delayMs, awaited);
    return {
      cancel: () => {
        end();
        timer.cancel();
      },
    };
  }
}
