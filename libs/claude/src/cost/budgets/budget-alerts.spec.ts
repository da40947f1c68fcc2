import fc from 'fast-check';
import type { Standing } from '../../admission/meter.js';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import { BudgetAccounts, type BudgetAccount } from './budget-account.js';
import { BudgetAlerts } from './budget-alerts.js';
import { resolveBudgets } from './resolve-budgets.js';

const LIMIT_USD = 1;
const LIMIT_NANO = 1e9;

/** A budget with thresholds at a half and nine tenths, and whoever tells of them. */
function watched(): { account: BudgetAccount; alerts: BudgetAlerts; clock: ManualClock; told: number[] } {
  const clock = new ManualClock();
  const told: number[] = [];
  const alerts = new BudgetAlerts(clock, (event) => {
    if (event.type === 'budget-alert') told.push(event.threshold);
  });
  const [budget] = resolveBudgets([{ name: 'all', limitUsd: LIMIT_USD, window: 'month', alertAt: [0.5, 0.9] }]);
  if (budget === undefined) throw new Error('There must be a budget.');
  return { account: new BudgetAccounts(budget).account('', clock.wall()), alerts, clock, told };
}

function standing({ meter }: BudgetAccount, spent: number): Standing {
  const level = LIMIT_NANO - spent;
  return {
    meter,
    limit: LIMIT_NANO,
    learnedLimit: null,
    burst: LIMIT_NANO,
    level,
    outstanding: 0,
    ratePerMs: 0,
    closedForMs: 0,
    closedBy: null,
  };
}

describe('BudgetAlerts', () => {
  it('miss no threshold that is crossed by what is spent here, however seldom they look', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400_000_000 }), { maxLength: 30 }), (amounts) => {
        const { account, alerts, told } = watched();
        let spent = 0;
        for (const amount of amounts) {
          spent += amount;
          if (alerts.isDue(account, amount)) alerts.look(account, standing(account, spent));
          expect(told).toEqual([0.5, 0.9].filter((share) => spent >= share * LIMIT_NANO));
        }
      }),
    );
  });

  it('look at most accounts once a second', () => {
    const { account, alerts, clock } = watched();
    expect(alerts.isDue(account, 1)).toBe(true);
    alerts.look(account, standing(account, 1));
    expect(alerts.isDue(account, 1)).toBe(false);
    clock.advance(1_000);
    expect(alerts.isDue(account, 1)).toBe(true);
  });

  it('look whenever nobody knows how much was spent', () => {
    const { account, alerts } = watched();
    for (const spent of [0, 600_000_000, 1_000_000_000]) {
      alerts.look(account, standing(account, spent));
      expect(alerts.isDue(account, Infinity)).toBe(true);
    }
  });
});
