import fc from 'fast-check';
import { ManualClock } from '../clock/manual-clock.js';
import { TokenBucket } from './token-bucket.js';

describe('TokenBucket', () => {
  it('refills continuously, up to its limit', () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(60, true, clock);
    bucket.take(60);
    expect([bucket.covers(1), bucket.msUntil(1), bucket.msUntil(60)]).toEqual([false, 1_000, 60_000]);
    clock.advance(1_000);
    expect(bucket.available()).toBe(1);
    clock.advance(600_000);
    expect(bucket.available()).toBe(60);
  });

  it('pays off debt before it has anything to give', () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(60, true, clock);
    bucket.take(90);
    expect(bucket.available()).toBe(-30);
    clock.advance(30_000);
    expect(bucket.available()).toBe(0);
  });

  it('covers anything when it is not enforced', () => {
    expect(new TokenBucket(1, false, new ManualClock()).covers(1_000)).toBe(true);
  });

  it('gives no more than burst and rate in any time', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 1, max: 20 })), {
      maxLength: 100,
    });
    fc.assert(
      fc.property(steps, (requests) => {
        const clock = new ManualClock();
        const bucket = new TokenBucket(60, true, clock);
        let given = 0;
        for (const [pauseMs, amount] of requests) {
          clock.advance(pauseMs);
          if (!bucket.covers(amount)) continue;
          bucket.take(amount);
          given += amount;
        }
        expect(given).toBeLessThanOrEqual(60 + clock.now() / 1_000 + 1e-6);
      }),
    );
  });
});
