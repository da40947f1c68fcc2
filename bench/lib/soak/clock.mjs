import { systemClock } from '../../../libs/claude/dist/esm/call/clock.js';

/**
 * Watches the clock that everything in the library goes by, in this process: counts the timers somebody holds, and puts the
 * wall clock wrong.
 */
export function watchClock() {
  const clock = { ...systemClock };
  const watch = { held: 0, wrongByMs: 0 };
  systemClock.wall = () => clock.wall() + watch.wrongByMs;
  systemClock.setTimer = (callback, delayMs, awaited) => {
    let over = false;
    const end = () => {
      if (!over) watch.held -= 1;
      over = true;
    };
    watch.held += 1;
    const timer = clock.setTimer(
      () => {
        end();
        callback();
      },
      delayMs,
      awaited,
    );
    return {
      cancel: () => {
        end();
        timer.cancel();
      },
    };
  };
  return watch;
}
