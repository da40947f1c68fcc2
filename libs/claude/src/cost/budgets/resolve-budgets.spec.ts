import * as fc from 'fast-check';
import type { BudgetOptions } from './budget.options.js';
import { exactNanoUsd } from './exact-nano-usd.js';
import { resolveBudgets } from './resolve-budgets.js';

const BUDGET: BudgetOptions = { name: 'all', limitUsd: 10, window: 'day' };

describe('resolveBudgets', () => {
  it('fills in every default', () => {
    expect(resolveBudgets([BUDGET])).toEqual([
      {
        name: 'all',
        limitNanoUsd: 10_000_000_000,
        window: { kind: 'calendar', unit: 'day', timeZone: 'UTC' },
        scope: 'global',
        mode: 'hard',
        alertAt: [0.5, 0.8, 1],
        onShortfall: 'refuse',
      },
    ]);
  });

  it('keeps what is given, and puts the thresholds in order', () => {
    const given = {
      ...BUDGET,
      scope: { tag: 'tenant', value: '*' },
      alertAt: [1, 0.25],
      onShortfall: { clamp: { minTokens: 256 } },
    } as const;
    const { scope, onShortfall } = given;
    expect(resolveBudgets([given])[0]).toMatchObject({ name: 'all', scope, onShortfall, alertAt: [0.25, 1] });
    expect(resolveBudgets([{ ...BUDGET, mode: 'shadow' }])[0]?.mode).toBe('shadow');
  });

  it('reads every way to write a window', () => {
    const windows = [
      { calendar: 'week', timeZone: 'Asia/Tokyo' },
      { calendar: 'hour' },
      { rollingMs: 90_001 },
    ] as const;
    const budgets = resolveBudgets(windows.map((window, index) => ({ name: `${index}`, limitUsd: 1, window })));
    expect(budgets.map(({ window }) => window)).toEqual([
      { kind: 'calendar', unit: 'week', timeZone: 'Asia/Tokyo' },
      { kind: 'calendar', unit: 'hour', timeZone: 'UTC' },
      { kind: 'rolling', rollingMs: 90_001, sliceMs: 1_501 },
    ]);
  });

  it('takes 0 as a limit, which is no missing one', () => {
    expect(resolveBudgets([{ ...BUDGET, limitUsd: 0 }])[0]?.limitNanoUsd).toBe(0);
  });

  it('gives out what nobody can change', () => {
    const budgets = resolveBudgets([BUDGET]);
    expect([budgets, budgets[0], budgets[0]?.window, budgets[0]?.alertAt].every(Object.isFrozen)).toBe(true);
  });

  it('does not round a limit', () => {
    expect(() => resolveBudgets([{ ...BUDGET, limitUsd: 1e-10 }])).toThrow(
      'The limit of budget "all", 1e-10 USD, is no whole number of nano-dollars: give `limitUsd` at most nine decimals.',
    );
  });
});

describe('exactNanoUsd', () => {
  it('is exact for every limit a budget can have', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (nanoUsd) => {
        const digits = String(nanoUsd).padStart(10, '0');
        expect(exactNanoUsd(Number(`${digits.slice(0, -9)}.${digits.slice(-9)}`))).toBe(nanoUsd);
      }),
    );
  });

  it('forgives what a sum of doubles is off by', () => {
    expect(exactNanoUsd(0.1 + 0.2)).toBe(300_000_000);
  });

  it.each([-1, -1e-9, NaN, Infinity, -Infinity, 1e10, 1e22, 1.0000000001, 1e-10, 10 / 3])('is not for %d', (usd) => {
    expect(exactNanoUsd(usd)).toBeNull();
  });
});
