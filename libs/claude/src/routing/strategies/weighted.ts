import type { BalancingStrategy, Candidate } from './strategy.js';

/**
 * By weight, and as evenly mixed as can be: of weights 1, 2, 3 six calls in a row are 1, 2 and 3. Each call adds its weight
 * to the credit of each candidate, the one with most credit is picked and pays for all. (Smooth weighted round robin, as in
 * nginx.)
 */
export function weighted(): BalancingStrategy {
  const credits = new WeakMap<Candidate, number>();
  return {
    name: 'weighted',
    pick<C extends Candidate>(candidates: readonly [C, ...C[]]): C {
      let richest: C = candidates[0];
      let most = -Infinity;
      let total = 0;
      for (const each of candidates) {
        const credit = (credits.get(each) ?? 0) + each.weight;
        credits.set(each, credit);
        total += each.weight;
        if (credit <= most) continue;
        most = credit;
        richest = each;
      }
      credits.set(richest, most - total);
      return richest;
    },
  };
}
