import fc from 'fast-check';
import { ManualClock } from '../testing/clock/manual-clock.js';
import { RetryBudget, RetryBudgets } from './retry-budget.js';
import { RETRY_BUDGET_DEFAULTS } from './retry.options.js';

function emptied(clock = new ManualClock()): { budget: RetryBudget; clock: ManualClock } {
  const budget = new RetryBudget(RETRY_BUDGET_DEFAULTS, clock);
  for (let taken = 0; taken < 10; taken += 1) budget.trySpend(1);
  return { budget, clock };
}

describe('retry budget', () => {
  it('starts full, and has nothing once it is spent', () => {
    const budget = new RetryBudget(RETRY_BUDGET_DEFAULTS, new ManualClock());
    expect(Array.from({ length: 12 }, () => budget.trySpend(1))).toEqual([
      ...Array.from({ length: 10 }, () => true),
      false,
      false,
    ]);
  });

  it('is filled by calls, a fifth each', () => {
    const { budget } = emptied();
    for (let call = 1; call <= 4; call += 1) {
      budget.deposit();
      expect(budget.trySpend(1)).toBe(false);
    }
    budget.deposit();
    expect(budget.trySpend(1)).toBe(true);
  });

  it('fills up by itself, one in six seconds, so that it never stays exhausted', () => {
    const { budget, clock } = emptied();
    clock.advance(5_900);
    expect(budget.trySpend(1)).toBe(false);
    clock.advance(101);
    expect(budget.trySpend(1)).toBe(true);
    clock.advance(3_600_000);
    expect(Array.from({ length: 11 }, () => budget.trySpend(1)).filter(Boolean)).toHaveLength(10);
  });

  it('keeps what a refused retry did not take', () => {
    const { budget, clock } = emptied();
    clock.advance(3_001);
    expect(budget.trySpend(1)).toBe(false);
    expect(budget.trySpend(0.5)).toBe(true);
  });

  it('is one for each limit domain', () => {
    const budgets = new RetryBudgets({ ...RETRY_BUDGET_DEFAULTS, maxTokens: 1 }, new ManualClock());
    expect(budgets.of('a').trySpend(1)).toBe(true);
    expect(budgets.of('a').trySpend(1)).toBe(false);
    expect(budgets.of('b').trySpend(1)).toBe(true);
  });

  it('lets through at most what the law allows, whatever the order of calls, failures and pauses', () => {
    const events = fc.array(
      fc.oneof(fc.constant('call' as const), fc.constant('retry' as const), fc.integer({ min: 1, max: 20_000 })),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(events, (sequence) => {
        const clock = new ManualClock();
        const budget = new RetryBudget(RETRY_BUDGET_DEFAULTS, clock);
        const seen = { calls: 0, retries: 0, elapsedMs: 0 };
        for (const event of sequence) {
          if (event === 'call') {
            budget.deposit();
            seen.calls += 1;
          } else if (event === 'retry') {
            seen.retries += budget.trySpend(1) ? 1 : 0;
          } else {
            clock.advance(event);
            seen.elapsedMs += event;
          }
          expect(seen.retries).toBeLessThanOrEqual(10 + 0.2 * seen.calls + seen.elapsedMs / 6_000 + 1e-9);
        }
      }),
    );
  });
});
