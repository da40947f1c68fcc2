import { expectWait, neverGives } from './expected-wait.js';
import type { BudgetMeter, Claims, RateMeter, SlotMeter, Standing } from './meter.js';
import { UsedShares } from './used-shares.js';

/** One unit flows in a millisecond. */
const RATE: RateMeter = {
  kind: 'rate',
  key: 'rate',
  label: 'units per minute',
  limit: 60_000,
  isGuess: false,
  refillShare: 1,
  burstShare: 1 / 60,
  minBurst: 0,
  counted: 'at-start',
};
const PLACES: SlotMeter = { kind: 'slots', key: 'places', label: 'places', limit: 3 };
const MONEY: BudgetMeter = {
  kind: 'budget',
  key: 'money',
  label: 'budget',
  limit: 1_000,
  isHard: true,
  rollingMs: null,
  keepMs: 1,
};

/** 1,000 can be had at once. */
function standing(changes: Partial<Standing> = {}): Standing {
  return {
    meter: RATE,
    limit: 60_000,
    learnedLimit: null,
    burst: 1_000,
    level: 0,
    outstanding: 0,
    ratePerMs: 1,
    closedForMs: 0,
    closedBy: null,
    ...changes,
  };
}

function claims(...amounts: readonly number[]): Claims {
  return { meters: amounts.map(() => RATE), amounts };
}

const NOBODY = [0, 0];

function waitMs(amount: number, of: Standing, { ahead = 0, elapsedMs = 0 } = {}): number {
  return expectWait(claims(amount), [ahead], [of], elapsedMs, new UsedShares(1)).waitMs;
}

describe('the wait that is expected', () => {
  it('is what is missing by what flows, after those ahead, less the time that has passed', () => {
    expect(waitMs(300, standing({ level: 100 }))).toBe(200);
    expect(waitMs(300, standing({ level: -100 }))).toBe(400);
    expect(waitMs(300, standing({ level: 100 }), { ahead: 500 })).toBe(700);
    expect(waitMs(300, standing({ level: 100 }), { ahead: 500, elapsedMs: 600 })).toBe(100);
    expect(waitMs(300, standing({ level: 100 }), { elapsedMs: 600 })).toBe(0);
    expect(waitMs(300, standing({ level: 300 }))).toBe(0);
  });

  it('is no longer than for a full bucket, where more than that is asked of a guess', () => {
    expect(waitMs(9_000, standing({ level: 100 }))).toBe(900);
  });

  it('is the longest of all meters, which is then the reason', () => {
    const [short, long] = [standing({ level: 900 }), standing({ level: 100, ratePerMs: 0.5 })];
    const expected = expectWait(claims(1_000, 600), NOBODY, [short, long], 0, new UsedShares(2));
    expect(expected).toEqual({ waitMs: 1_000, isGuess: false, standing: long });
  });

  it('counts of those ahead as much as others have used of their claims', () => {
    const shares = new UsedShares(2);
    for (let settled = 0; settled < 200; settled += 1) shares.learn(claims(100, 100), [50, null]);
    const of = [standing(), standing()];
    const { waitMs: half, standing: reason } = expectWait(claims(0, 0), [800, 500], of, 0, shares);
    expect([Math.round(half), reason]).toEqual([500, of[1]]);
    expect(Math.round(expectWait(claims(0, 0), [800, 0], of, 0, shares).waitMs)).toBe(400);
  });

  it('is as long as a meter is closed, where that is longer', () => {
    const closed = standing({ level: 1_000, closedForMs: 700, closedBy: 'retry-after' });
    expect(waitMs(10, closed)).toBe(700);
    expect(waitMs(10, closed, { elapsedMs: 500 })).toBe(200);
  });

  it('knows no time, and a reason all the same, while nobody knows when a pause ends', () => {
    const paused = standing({ level: 1_000, closedForMs: Infinity, closedBy: 'pause' });
    const expected = expectWait(claims(10), NOBODY, [paused], 0, new UsedShares(1));
    expect(expected).toEqual({ waitMs: 0, isGuess: false, standing: paused });
  });

  it('is a guess while the limit is one, unless it is closed for longer', () => {
    const meter = { ...RATE, isGuess: true };
    const isGuess = (of: Standing): boolean => expectWait(claims(10), NOBODY, [of], 0, new UsedShares(1)).isGuess;
    expect(isGuess(standing({ meter }))).toBe(true);
    expect(isGuess(standing({ meter, learnedLimit: 60_000 }))).toBe(false);
    expect(isGuess(standing({ meter, closedForMs: 50, closedBy: 'retry-after' }))).toBe(false);
  });

  it('is none for places, which tell no time', () => {
    expect(waitMs(1, standing({ meter: PLACES, ratePerMs: 0, burst: 3, level: 0 }))).toBe(0);
  });
});

it('a meter never gives more than its burst, or its places; a guess does, and money is told of by the store', () => {
  expect([neverGives(standing(), 1_000), neverGives(standing(), 1_001)]).toEqual([false, true]);
  expect(neverGives(standing({ meter: { ...RATE, isGuess: true } }), 1_001)).toBe(false);
  expect(neverGives(standing({ meter: { ...RATE, isGuess: true }, learnedLimit: 1 }), 1_001)).toBe(true);
  const places = standing({ meter: PLACES, limit: 3, burst: 3 });
  expect([neverGives(places, 3), neverGives(places, 4)]).toEqual([false, true]);
  expect(neverGives(standing({ meter: MONEY, limit: 1_000 }), 1_001)).toBe(false);
});
