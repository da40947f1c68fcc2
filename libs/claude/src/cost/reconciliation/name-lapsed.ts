import type { ReconciliationDifference } from './difference.js';
import type { LapsedReservation } from './lapsed-reservations.js';
import { paysFor, type Workspaces } from './workspaces.js';

/**
 * Names differences that reservations which lapsed account for. A reservation stands for the most its call can have cost, so
 * that it covers what is missing of it.
 */
export function nameLapsed(
  differences: readonly ReconciliationDifference[],
  lapsed: readonly LapsedReservation[],
  workspaces: Workspaces,
): readonly ReconciliationDifference[] {
  const left = lapsed.map(({ account, startsAtMs, lapsedNanoUsd }) => ({
    account,
    startsAtMs,
    nanoUsd: lapsedNanoUsd,
  }));
  return differences.map((difference) => {
    if (difference.by !== 'model' || difference.kind !== 'missing-here') return difference;
    const needed = difference.difference.costNanoUsd;
    const cover = left.find(
      ({ account, startsAtMs, nanoUsd }) =>
        nanoUsd >= needed && Date.parse(difference.day) >= startsAtMs && paysFor(account, difference, workspaces),
    );
    if (cover === undefined) return difference;
    cover.nanoUsd -= needed;
    return { ...difference, kind: 'lapsed' as const };
  });
}
