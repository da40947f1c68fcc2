import type { StrategyName } from '../../call/context.js';
import { leastBusy } from './least-busy.js';
import { randomChoice } from './random.js';
import { roundRobin } from './round-robin.js';
import { sticky } from './sticky.js';
import type { BalancingStrategy } from './strategy.js';
import { weighted } from './weighted.js';

const STRATEGIES: Readonly<Record<StrategyName, () => BalancingStrategy>> = {
  'least-busy': leastBusy,
  random: randomChoice,
  'round-robin': roundRobin,
  sticky,
  weighted,
};

/** Makes one of them. */
export function builtIn(name: StrategyName): BalancingStrategy {
  return STRATEGIES[name]();
}
