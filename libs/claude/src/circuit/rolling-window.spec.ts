import fc from 'fast-check';
import { RollingWindow } from './rolling-window.js';

const WINDOW_MS = 12_000;

describe('a rolling window', () => {
  it('counts calls, failures and slow calls apart', () => {
    const window = new RollingWindow(WINDOW_MS, 0);
    window.record(0, false, false);
    window.record(1, true, false);
    window.record(2, false, true);
    window.record(3, true, true);
    expect([window.calls, window.failures, window.slow]).toEqual([4, 2, 2]);
  });

  it('lets calls leave by twelfths', () => {
    const window = new RollingWindow(WINDOW_MS, 0);
    window.record(0, true, true);
    window.record(1_000, true, true);
    window.advance(11_999);
    expect(window.calls).toBe(2);
    window.advance(12_000);
    expect([window.calls, window.failures, window.slow]).toEqual([1, 1, 1]);
    window.advance(13_000);
    expect([window.calls, window.failures, window.slow]).toEqual([0, 0, 0]);
  });

  it('forgets everything after an idle gap, however long', () => {
    const window = new RollingWindow(WINDOW_MS, 0);
    for (let second = 0; second < 12; second++) window.record(second * 1_000, true, true);
    window.advance(1e9);
    expect([window.calls, window.failures, window.slow]).toEqual([0, 0, 0]);
    window.record(1e9, true, false);
    expect(window.calls).toBe(1);
  });

  it('takes a moment before its latest one for that moment', () => {
    const window = new RollingWindow(WINDOW_MS, 5_000);
    window.record(5_000, false, false);
    window.record(0, false, false);
    expect(window.calls).toBe(2);
  });

  it('holds every call of the last eleven twelfths, and none that is older than the window', () => {
    const step = fc.record({ afterMs: fc.nat({ max: 15_000 }), failed: fc.boolean(), slow: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const window = new RollingWindow(WINDOW_MS, 0);
        const seen: { readonly atMs: number; readonly failed: boolean; readonly slow: boolean }[] = [];
        let nowMs = 0;
        for (const { afterMs, failed, slow } of steps) {
          nowMs += afterMs;
          window.record(nowMs, failed, slow);
          seen.push({ atMs: nowMs, failed, slow });
          const surely = seen.filter(({ atMs }) => nowMs - atMs < (WINDOW_MS * 11) / 12);
          const possibly = seen.filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
          for (const [count, counts] of [
            [window.calls, (): boolean => true],
            [window.failures, (each: { failed: boolean }): boolean => each.failed],
            [window.slow, (each: { slow: boolean }): boolean => each.slow],
          ] as const) {
            expect(count).toBeGreaterThanOrEqual(surely.filter(counts).length);
            expect(count).toBeLessThanOrEqual(possibly.filter(counts).length);
          }
        }
      }),
    );
  });
});
