import { systemClock } from './clock.js';

describe('the system clock', () => {
  it('calls back once, after the delay, unless cancelled', async () => {
    const heard: string[] = [];
    systemClock.setTimer(() => heard.push('cancelled'), 5).cancel();
    await new Promise<void>((resolve) => {
      systemClock.setTimer(() => heard.push('kept'), 5);
      setTimeout(resolve, 20);
    });
    expect(heard).toEqual(['kept']);
  });

  it('takes a delay that no timer can hold for the longest that one can', async () => {
    let fired = false;
    const timer = systemClock.setTimer(() => (fired = true), Infinity);
    await new Promise((resolve) => setTimeout(resolve, 10));
    timer.cancel();
    expect(fired).toBe(false);
  });

  it('keeps the process alive for a timer that is awaited, and for no other', () => {
    const alive = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = alive();
    const background = systemClock.setTimer(() => undefined, 60_000);
    expect(alive()).toBe(before);
    const awaited = systemClock.setTimer(() => undefined, 60_000, true);
    expect(alive()).toBe(before + 1);
    background.cancel();
    awaited.cancel();
    expect(alive()).toBe(before);
  });
});
