import { HeldBucket } from './held-bucket.js';
import type { RateMeter } from './meter.js';

const METER: RateMeter = {
  kind: 'rate',
  key: 'default/opus/output-tokens',
  label: 'output tokens per minute of opus',
  limit: 60_000,
  isGuess: false,
  refillShare: 0.95,
  burstShare: 0.5,
  minBurst: 0,
  counted: 'as-used',
};

function bucketOf(changes: Partial<RateMeter> = {}): HeldBucket {
  return new HeldBucket({ ...METER, ...changes }, 0);
}

describe('a held bucket', () => {
  it('is full at first, and refills at its share of the limit', () => {
    const bucket = bucketOf();
    expect(bucket.standing(0)).toMatchObject({ limit: 60_000, burst: 30_000, level: 30_000, ratePerMs: 0.95 });
  });

  it('gives back nothing twice: a claim that was never used, held for a minute, leaves one burst and no more', () => {
    const bucket = bucketOf();
    bucket.take(30_000);
    bucket.follow(METER, 60_000);
    bucket.settle(30_000, 0);
    expect(bucket.standing(60_000)).toMatchObject({ level: 30_000, outstanding: 0 });
  });

  it('refills what was used while another claim is held', () => {
    const bucket = bucketOf();
    bucket.take(10_000);
    bucket.take(20_000);
    bucket.settle(20_000, 20_000);
    bucket.follow(METER, 40_000);
    expect(bucket.standing(40_000)).toMatchObject({ level: 20_000, outstanding: 10_000 });
  });

  it('settles as of when it was last refilled, so that what was used flows back from then on', () => {
    const bucket = bucketOf();
    bucket.take(30_000);
    bucket.follow(METER, 10_000);
    bucket.settle(30_000, 30_000);
    bucket.follow(METER, 30_000);
    expect(bucket.standing(30_000)).toMatchObject({ level: 19_000, outstanding: 0 });
  });

  it('does not run backwards with a clock', () => {
    const bucket = bucketOf();
    bucket.follow(METER, 1_000);
    for (const amount of [0, 30_000]) bucket.take(amount);
    bucket.settle(30_000, 30_000);
    bucket.lapse(0, 500);
    expect(bucket.standing(500).level).toBe(0);
  });

  it('holds exactly nothing once all is settled, whatever fractions were claimed', () => {
    const bucket = bucketOf();
    for (const amount of [0.1, 0.2, 0.7]) bucket.take(amount);
    for (const amount of [0.1, 0.2, 0.7]) bucket.settle(amount, amount);
    expect(bucket.standing(0).outstanding).toBe(0);
  });

  it('grants after the wait it named, though clocks and levels are rounded', () => {
    const bucket = bucketOf({ limit: 777, refillShare: 0.93, burstShare: 0.07 });
    const startMs = 123_456_789.123_456;
    bucket.follow(METER, startMs);
    const meter = bucket.meter;
    bucket.take(30_000);
    bucket.settle(30_000, 30_000.1);
    for (let nowMs = startMs, asked = 1; asked < 200; asked += 7) {
      const waitMs = bucket.refusal(asked, nowMs)?.waitMs ?? 0;
      nowMs += waitMs;
      bucket.follow(meter, nowMs);
      expect(bucket.has(asked, nowMs)).toBe(true);
    }
  });

  it('has no burst above what it names, though a share of a limit is seldom a whole number', () => {
    const bucket = bucketOf({ limit: 100, burstShare: 1 - 0.93 });
    expect(bucket.standing(0).burst).toBeLessThan(7);
    expect(bucket.refusal(7, 0)).toBeNull();
    expect(bucket.refusal(7.01, 0)).toMatchObject({ reason: 'never' });
  });

  it('refunds a claim that lapsed only as far as nothing has flowed into its place', () => {
    const bucket = bucketOf();
    bucket.take(30_000);
    bucket.lapse(30_000, 1_000);
    bucket.correct(30_000, 10_000, 1_000, 11_000);
    expect(bucket.standing(11_000).level).toBeCloseTo(9_500 + 20_000 - 9_500);
  });

  it('refunds nothing of a claim that lapsed before the numbers changed', () => {
    const bucket = bucketOf();
    bucket.take(30_000);
    bucket.lapse(30_000, 1_000);
    bucket.follow({ ...METER, limit: 30_000 }, 1_001);
    bucket.correct(30_000, 0, 1_000, 1_001);
    expect(bucket.standing(1_001).level).toBeCloseTo(0.95);
  });

  it.each([
    ['tokens', 0, 2_500],
    ['requests', 1, 2_000],
  ])('takes a remainder of %s for as much as it may be', (_, minBurst, level) => {
    const bucket = bucketOf({ minBurst });
    bucket.observe({ meter: METER, remaining: 2_000 }, null, 0);
    expect(bucket.standing(0).level).toBe(level);
  });

  it('takes the limit of 0 for no capacity, even where a request can always be made', () => {
    const bucket = bucketOf({ minBurst: 1 });
    bucket.observe({ meter: METER, limit: 0 }, null, 0);
    expect(bucket.standing(0)).toMatchObject({ burst: 0, level: 0, ratePerMs: 0 });
    expect(bucket.refusal(1, 0)).toMatchObject({ reason: 'never' });
    expect(bucket.has(0, 0)).toBe(true);
  });

  it('counts without a bound, and forgets that when one is named', () => {
    const bucket = bucketOf({ limit: Infinity });
    bucket.take(1e12);
    bucket.lapse(1e12, 0);
    bucket.correct(1e12, 0, 0, 0);
    expect(bucket.standing(0)).toMatchObject({ level: Infinity, outstanding: 0, ratePerMs: Infinity });
    bucket.observe({ meter: METER, limit: 1_000 }, null, 0);
    expect(bucket.standing(0)).toMatchObject({ limit: 1_000, burst: 500, level: 500 });
    bucket.follow({ ...METER, limit: 400 }, 0);
    expect(bucket.standing(0)).toMatchObject({ limit: 400, level: 200 });
  });

  it('has no bound again when it is given none', () => {
    const bucket = bucketOf();
    bucket.take(40_000);
    bucket.follow({ ...METER, limit: Infinity }, 0);
    bucket.follow({ ...METER, limit: Infinity }, 1);
    expect(bucket.standing(1)).toMatchObject({ level: Infinity, outstanding: 40_000 });
  });

  it('is as new when it is full, and nothing is held, learned or closed', () => {
    expect(bucketOf().isAsNew(0)).toBe(true);
    const held = bucketOf();
    held.take(0);
    expect(held.isAsNew(0)).toBe(false);
    held.settle(0, 100);
    expect(held.isAsNew(0)).toBe(false);
    expect(held.isAsNew(1_000)).toBe(true);
    const learned = bucketOf();
    learned.observe({ meter: METER, limit: 60_000 }, null, 0);
    expect(learned.isAsNew(0)).toBe(false);
    const closed = bucketOf();
    closed.observe({ meter: METER, closed: { forMs: 10, by: 'pause' } }, null, 0);
    expect(closed.isAsNew(0)).toBe(false);
    expect(closed.isAsNew(10)).toBe(true);
  });

  it('names the longer of what it lacks and what it is closed for', () => {
    const bucket = bucketOf();
    bucket.take(30_000);
    bucket.settle(30_000, 30_000);
    bucket.observe({ meter: METER, closed: { forMs: 100, by: 'retry-after' } }, null, 0);
    expect(bucket.refusal(9, 0)).toMatchObject({ reason: 'closed', waitMs: 100 });
    expect(bucket.refusal(950, 0)).toMatchObject({ reason: 'level', waitMs: 1_000 });
    expect(bucket.refusal(30_001, 0)).toMatchObject({ reason: 'never', waitMs: null });
  });
});
