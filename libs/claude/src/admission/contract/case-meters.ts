import { randomUUID } from 'node:crypto';
import type { BudgetMeter, RateMeter, SlotMeter } from '../meter.js';

/** A meter nobody has used before. Its 100 units can be had at once, and hardly anything flows back while a case runs. */
export function still(changes: Partial<RateMeter> = {}): RateMeter {
  return {
    kind: 'rate',
    key: `contract/${randomUUID()}`,
    label: 'units per minute',
    limit: 100,
    isGuess: false,
    refillShare: 0.0001,
    burstShare: 1,
    minBurst: 1,
    counted: 'at-start',
    ...changes,
  };
}

/** A meter nobody has used before: 100 units flow back in a second, `burst` can be had at once. */
export function flowing(burst: number): RateMeter {
  return still({ limit: 6_000, refillShare: 1, burstShare: burst / 6_000 });
}

/** Places nobody has used before. */
export function places(limit: number): SlotMeter {
  return { kind: 'slots', key: `contract/${randomUUID()}`, label: 'places', limit };
}

/** A budget nobody has used before, whose stretch outlasts every case. */
export function budget(limit: number, changes: Partial<BudgetMeter> = {}): BudgetMeter {
  return {
    kind: 'budget',
    key: `contract/${randomUUID()}`,
    label: 'budget',
    limit,
    isHard: true,
    rollingMs: null,
    keepMs: 600_000,
    ...changes,
  };
}
