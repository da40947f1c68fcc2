import { Pending } from '../keys/spec-support/scripted-source.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import { PendingWork } from './pending-work.js';

it('is waited for until all of it is done, whatever became of it', async () => {
  const [clock, work] = [new ManualClock(), new PendingWork()];
  const [good, bad] = [new Pending<void>(), new Pending<void>()];
  work.add(good.promise);
  work.add(bad.promise);
  const done = work.done(1_000, clock);
  good.resolve();
  bad.reject(new Error('Work of a test fails.'));
  expect(await done).toBe(true);
  expect(clock.pendingTimers).toBe(0);
  expect(work.done(1_000, clock)).toBe(true);
});

it('is waited for no longer than it may take', async () => {
  const [clock, work] = [new ManualClock(), new PendingWork()];
  work.add(new Promise(() => undefined));
  const done = work.done(1_000, clock);
  clock.advance(1_000);
  expect(await done).toBe(false);
});
