import type { Meter } from '../../admission/meter.js';
import type { BudgetCharge } from './charge-planner.js';

/**
 * The meters of limits and budgets in one list, the very same for calls that ask the same ones: stores know by the list what
 * is claimed of again.
 */
export class JointMeters {
  /** The last list, by the limits that it begins with. */
  readonly #lists = new WeakMap<readonly Meter[], readonly Meter[]>();

  of(limits: readonly Meter[], charges: readonly BudgetCharge[]): readonly Meter[] {
    const known = this.#lists.get(limits);
    if (known !== undefined && endsWith(known, limits.length, charges)) return known;
    const joint = limits.concat(charges.map(({ account }) => account.meter));
    this.#lists.set(limits, joint);
    return joint;
  }
}

function endsWith(meters: readonly Meter[], from: number, charges: readonly BudgetCharge[]): boolean {
  if (meters.length !== from + charges.length) return false;
  for (let at = 0; at < charges.length; at += 1) {
    if (meters[from + at] !== charges[at]?.account.meter) return false;
  }
  return true;
}
