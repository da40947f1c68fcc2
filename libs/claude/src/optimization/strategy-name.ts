import type { GivenStrategy } from './optimize.options.js';
import type { OptimizationStrategy } from './strategy.js';

/** Whether it is a strategy of the user's own. */
export function isOwnStrategy(given: GivenStrategy): given is OptimizationStrategy {
  return typeof given === 'object' && 'propose' in given;
}

/** What a strategy is called. */
export function strategyName(given: GivenStrategy): string {
  if (typeof given === 'string') return given;
  return isOwnStrategy(given) ? given.name : given.use;
}
