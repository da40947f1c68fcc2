import type { PriceUsage } from '../call/cost.js';
import { nanoUsdOf } from '../cost/savings/alternative-cost.js';
import type { ModelUse } from '../cost/savings/alternatives.js';
import { apply, difference, undo, type Effect } from './effects.js';

/** The attempt that a call is judged by. */
export interface MeasuredUse extends ModelUse {
  readonly atMs: number;
}

/**
 * What each change saved in whole nano-dollars: changes are taken back one by one, the last one first, from what was really
 * used. `null` where a price is not known.
 */
export function savedBy(effects: readonly Effect[], used: MeasuredUse, costOf: PriceUsage): (number | null)[] {
  let use: ModelUse = used;
  const saved = effects.toReversed().map((effect) => {
    const without = undo(effect, use);
    const less = difference(costOf, without, use, used.atMs);
    use = without;
    return less;
  });
  return saved.toReversed();
}

/** What each change would have saved, and what it would have wasted. */
export interface DryFigures {
  readonly saved: readonly (number | null)[];
  /** For each change what an answer would have cost that it cut short. */
  readonly wasted: readonly number[];
}

/** The same for changes that were not made: they are applied one by one, the first one first, to what was really used. */
export function couldBeSavedBy(effects: readonly Effect[], used: MeasuredUse, costOf: PriceUsage): DryFigures {
  const saved: (number | null)[] = [];
  const wasted: number[] = [];
  let use: ModelUse = used;
  for (const effect of effects) {
    const changed = apply(effect, use);
    saved.push(difference(costOf, use, changed, used.atMs));
    wasted.push(cutShort(effect, changed, used, costOf));
    use = changed;
  }
  return { saved, wasted };
}

/** What an answer would have cost that ended at the lowered `max_tokens`; 0 for one that would not have. */
function cutShort({ before, after }: Effect, use: ModelUse, { atMs }: MeasuredUse, costOf: PriceUsage): number {
  const { maxTokens } = after;
  if (maxTokens === null || maxTokens === before.maxTokens || use.usage.outputTokens <= maxTokens) return 0;
  const cut: ModelUse = { model: use.model, usage: { ...use.usage, outputTokens: maxTokens } };
  return nanoUsdOf(costOf, cut, atMs) ?? 0;
}
