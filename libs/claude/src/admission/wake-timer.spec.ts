import type { Clock } from '../call/clock.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import { WakeTimer } from './wake-timer.js';

/** A timer on a clock that stands still, and what it did. */
class Rings {
  readonly atMs: number[] = [];
  readonly clock = new ManualClock();
  readonly timer: WakeTimer;
  /** How often a timer of the clock was set. */
  set = 0;

  constructor() {
    const counting: Clock = {
      now: () => this.clock.now(),
      wall: () => this.clock.wall(),
      setTimer: (callback, delayMs) => {
        this.set += 1;
        return this.clock.setTimer(callback, delayMs);
      },
    };
    this.timer = new WakeTimer(counting, () => this.atMs.push(this.clock.now()));
  }
}

describe('WakeTimer', () => {
  it('rings once, at the time it was last put to', () => {
    const { timer, clock, atMs } = new Rings();
    for (const dueMs of [500, 200, 900, 300]) timer.wakeAt(dueMs);
    clock.advance(299);
    expect([atMs, clock.pendingTimers]).toEqual([[], 1]);
    clock.advance(5_000);
    expect([atMs, clock.pendingTimers]).toEqual([[300], 0]);
  });

  it('rings no more once it is put to no time, and again when it is put to one', () => {
    const { timer, clock, atMs } = new Rings();
    timer.wakeAt(100);
    timer.wakeAt(Infinity);
    expect(clock.pendingTimers).toBe(0);
    clock.advance(1_000);
    timer.wakeAt(1_100);
    clock.advance(1_000);
    expect(atMs).toEqual([1_100]);
  });

  it('sets no timer for each time that is later than the one before', () => {
    const rings = new Rings();
    for (let dueMs = 100; dueMs < 1_100; dueMs += 1) rings.timer.wakeAt(dueMs);
    expect(rings.set).toBe(1);
    rings.clock.advance(2_000);
    expect([rings.atMs, rings.set]).toEqual([[1_099], 2]);
  });
});
