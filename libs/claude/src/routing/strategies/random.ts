import type { BalancingStrategy } from './strategy.js';

/** Any, each as likely as the others. */
export function randomChoice(): BalancingStrategy {
  return {
    name: 'random',
    pick: (candidates, _call, random) => candidates[Math.floor(random() * candidates.length)] ?? candidates[0],
  };
}
