import * as fc from 'fast-check';
import { BudgetCounter } from './budget-counter.js';
import type { BudgetMeter } from './meter.js';
import { SlicedSum } from './sliced-sum.js';

const METER: BudgetMeter = {
  kind: 'budget',
  key: 'k',
  label: 'budget',
  limit: 1_000,
  isHard: true,
  rollingMs: null,
  keepMs: 60_000,
};

function at(nowMs: number): { now(): number } {
  return { now: () => nowMs };
}

describe('BudgetCounter', () => {
  const steps = fc.array(
    fc.record({
      act: fc.constantFrom('take', 'take', 'take', 'settle', 'lapse', 'correct'),
      amount: fc.integer({ min: 0, max: 400 }),
      afterMs: fc.integer({ min: 0, max: 50 }),
    }),
    { maxLength: 60, size: 'max' },
  );

  it('never has more used and reserved than its limit, and what is used is what was settled and lapsed', () => {
    fc.assert(
      fc.property(steps, (run) => {
        const counter = new BudgetCounter(METER, 0);
        const open: number[] = [];
        const lapsed: { amount: number; atMs: number }[] = [];
        let [nowMs, used] = [0, 0];
        for (const { act, amount, afterMs } of run) {
          nowMs += afterMs;
          if (act === 'take') {
            if (counter.has(amount, nowMs)) {
              counter.take(amount);
              open.push(amount);
            }
          } else if (act === 'correct') {
            const late = lapsed.shift();
            if (late === undefined) continue;
            const really = Math.min(amount, late.amount);
            counter.correct(late.amount, really, late.atMs, nowMs);
            used += really - late.amount;
          } else {
            const claimed = open.shift();
            if (claimed === undefined) continue;
            const really = act === 'lapse' ? claimed : Math.min(amount, claimed);
            if (act === 'lapse') {
              counter.lapse(claimed, nowMs);
              lapsed.push({ amount: claimed, atMs: nowMs });
            } else counter.settle(claimed, really, at(nowMs));
            used += really;
          }
          const { level, outstanding, limit } = counter.standing(nowMs);
          expect(level).toBeGreaterThanOrEqual(0);
          expect(limit - level - outstanding).toBe(used);
          expect(outstanding).toBe(open.reduce((sum, each) => sum + each, 0));
        }
      }),
    );
  });

  it('takes what a late settlement corrects from when it was counted', () => {
    const counter = new BudgetCounter({ ...METER, rollingMs: 600 }, 0);
    counter.take(60);
    counter.lapse(60, 100);
    counter.take(5);
    counter.settle(5, 5, at(300));
    counter.correct(60, 20, 100, 300);
    expect(counter.standing(300).level).toBe(1_000 - 25);
    expect(counter.standing(710).level).toBe(1_000 - 5);
  });

  it('is as new once nothing is held and its stretch is over, or nothing was used', () => {
    const counter = new BudgetCounter(METER, 0);
    expect(counter.isAsNew(0)).toBe(true);
    counter.take(10);
    expect(counter.isAsNew(100_000)).toBe(false);
    counter.settle(10, 10, at(5));
    expect(counter.isAsNew(59_999)).toBe(false);
    expect(counter.isAsNew(60_000)).toBe(true);
  });
});

describe('SlicedSum', () => {
  it('holds all that came in its length and nothing older than a slice more, whatever is asked when', () => {
    const adds = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 9 })), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(fc.integer({ min: -1_000, max: 1_000 }), adds, (startMs, run) => {
        const sum = new SlicedSum(600, startMs);
        const added: [atMs: number, amount: number][] = [];
        let nowMs = startMs;
        for (const [afterMs, amount] of run) {
          nowMs += afterMs;
          sum.add(amount, nowMs, nowMs);
          added.push([nowMs, amount]);
          const since = (ms: number): number =>
            added.reduce((total, [atMs, each]) => total + (atMs > nowMs - ms ? each : 0), 0);
          expect(sum.total(nowMs)).toBeGreaterThanOrEqual(since(600));
          expect(sum.total(nowMs)).toBeLessThanOrEqual(since(610));
        }
      }),
    );
  });

  it('says when so much is over, to the millisecond', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 9 })), { minLength: 1 }),
        fc.integer({ min: 1, max: 50 }),
        (run, amount) => {
          const sum = new SlicedSum(600, 0);
          let nowMs = 0;
          for (const [afterMs, each] of run) sum.add(each, (nowMs += afterMs), nowMs);
          const before = sum.total(nowMs);
          const overMs = sum.overIn(amount, nowMs);
          if (overMs === null) expect(amount).toBeGreaterThan(before);
          else {
            expect(before - sum.total(nowMs + overMs - 1)).toBeLessThan(amount);
            expect(before - sum.total(nowMs + overMs)).toBeGreaterThanOrEqual(amount);
          }
        },
      ),
    );
  });
});
