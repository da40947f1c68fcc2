import { ManualClock } from './manual-clock.js';

describe('ManualClock', () => {
  it('stands still until it is moved', () => {
    const clock = new ManualClock(1_000);
    expect([clock.now(), clock.wall()]).toEqual([0, 1_000]);
    clock.advance(250);
    expect([clock.now(), clock.wall()]).toEqual([250, 1_250]);
  });

  it('runs timers in order of due time, each at its own time', () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    clock.setTimer(() => seen.push(`late at ${clock.now()}`), 30);
    clock.setTimer(() => seen.push(`early at ${clock.now()}`), 10);
    clock.advance(29);
    expect(seen).toEqual(['early at 10']);
    clock.advance(1);
    expect(seen).toEqual(['early at 10', 'late at 30']);
  });

  it('runs a timer that another one set on the way', () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    const tick = (): void => {
      seen.push(clock.now());
      clock.setTimer(tick, 10);
    };
    clock.setTimer(tick, 10);
    clock.advance(35);
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.pendingTimers).toBe(1);
  });

  it('forgets a cancelled timer', () => {
    const clock = new ManualClock();
    const callback = jest.fn();
    const timer = clock.setTimer(callback, 5);
    timer.cancel();
    timer.cancel();
    clock.advance(10);
    expect(callback).not.toHaveBeenCalled();
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([-1, Number.NaN, Infinity])('refuses to move by %p ms', (ms) => {
    expect(() => new ManualClock().advance(ms)).toThrow(RangeError);
  });

  it('refuses to start at no time', () => {
    expect(() => new ManualClock(Number.NaN)).toThrow(RangeError);
  });
});
