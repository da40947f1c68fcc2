import type { BalancingStrategy } from './strategy.js';

/** One after another, whatever their load: who was picked longest ago is next. */
export function roundRobin(): BalancingStrategy {
  return {
    name: 'round-robin',
    pick: (candidates) =>
      candidates.reduce((next, each) => (each.pickedAt < next.pickedAt ? each : next), candidates[0]),
  };
}
