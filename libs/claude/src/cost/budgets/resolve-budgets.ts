import type { Clock } from '../../call/clock.js';
import { checkPriced } from '../pricing/check-priced.js';
import type { Prices } from '../pricing/prices.js';
import {
  BUDGET_DEFAULTS,
  EACH,
  ROLLING_SLICES,
  type BudgetOptions,
  type BudgetWindow,
  type CalendarUnit,
  type ResolvedBudget,
  type ResolvedWindow,
} from './budget.options.js';
import { exactNanoUsd } from './exact-nano-usd.js';

/**
 * Fills in the defaults of budgets. Frozen, in the order given.
 *
 * @throws RangeError for a limit that is no whole number of nano-dollars, which validated options do not have.
 */
export function resolveBudgets(options: readonly BudgetOptions[]): readonly ResolvedBudget[] {
  return Object.freeze(options.map(resolveBudget));
}

/**
 * The same, where their models are known.
 *
 * @throws InvalidOptionsError for a budget on a model that no price is known of: it would never be spent.
 */
export function checkedBudgets(
  options: readonly BudgetOptions[],
  prices: Prices,
  clock: Clock,
): readonly ResolvedBudget[] {
  for (const [index, { scope, onShortfall }] of options.entries()) {
    const named = typeof scope === 'object' && 'model' in scope && scope.model !== EACH ? scope.model : null;
    const cheaper = typeof onShortfall === 'object' && 'degrade' in onShortfall ? onShortfall.degrade.to : null;
    const paths = { 'scope.model': named, 'onShortfall.degrade.to': cheaper };
    for (const [path, model] of Object.entries(paths)) {
      if (model !== null) checkPriced(`\`cost.budgets[${index}].${path}\``, model, prices, clock);
    }
  }
  return resolveBudgets(options);
}

function resolveBudget(options: BudgetOptions): ResolvedBudget {
  const { name, limitUsd, window, alertAt = BUDGET_DEFAULTS.alertAt } = options;
  return Object.freeze({
    name,
    limitNanoUsd: limitOf(name, limitUsd),
    window: resolveWindow(window),
    scope: options.scope ?? BUDGET_DEFAULTS.scope,
    mode: options.mode ?? BUDGET_DEFAULTS.mode,
    alertAt: Object.freeze(alertAt.toSorted((a, b) => a - b)),
    onShortfall: options.onShortfall ?? BUDGET_DEFAULTS.onShortfall,
  });
}

function limitOf(name: string, limitUsd: number): number {
  const limitNanoUsd = exactNanoUsd(limitUsd);
  if (limitNanoUsd !== null) return limitNanoUsd;
  throw new RangeError(
    `The limit of budget "${name}", ${limitUsd} USD, is no whole number of nano-dollars: give \`limitUsd\` at most nine decimals.`,
  );
}

function resolveWindow(window: BudgetWindow): ResolvedWindow {
  if (typeof window === 'string') return calendar(window);
  if ('calendar' in window) return calendar(window.calendar, window.timeZone);
  const { rollingMs } = window;
  return Object.freeze({ kind: 'rolling', rollingMs, sliceMs: Math.ceil(rollingMs / ROLLING_SLICES) });
}

function calendar(unit: CalendarUnit, timeZone = 'UTC'): ResolvedWindow {
  return Object.freeze({ kind: 'calendar', unit, timeZone });
}
