import type { Observation, Replay } from './admission-store.js';

/** What was spent of budgets by claims that were never granted. */
export function spentOf({ claims: { meters }, used, agoMs }: Replay): Observation[] {
  return meters.flatMap((meter, index) => {
    const amount = used[index] ?? 0;
    return meter.kind === 'budget' && amount > 0 ? [{ meter, spent: { amount, agoMs } }] : [];
  });
}
