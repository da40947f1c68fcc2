import type { OptimizationDecision } from '../call/optimization.js';
import type { Effect } from './effects.js';
import type { RequestChanges, RequestFields } from './strategy.js';

/** What one strategy chose, before it is known what that saves. */
export interface Step {
  readonly strategy: string;
  readonly reason: string;
  readonly changed: readonly (keyof RequestChanges)[];
  readonly effect: Effect;
  readonly expectedSavingNanoUsd: number | null;
  readonly heldLessNanoUsd: number | null;
}

/** What is to be changed of a request, all strategies together. */
export interface Plan {
  /** The request as it was given. */
  readonly asked: RequestFields;
  /** The request as it should be sent. */
  readonly wanted: RequestFields;
  /** At least one. */
  readonly steps: readonly Step[];
}

/** The fields that differ between what was asked and what is wanted. */
export function changedFields({ steps }: Plan): ReadonlySet<keyof RequestChanges> {
  return new Set(steps.flatMap(({ changed }) => changed));
}

/** A step as the record has it. */
export function decisionOf(
  { strategy, reason, changed, expectedSavingNanoUsd, heldLessNanoUsd }: Step,
  savingNanoUsd: number | null,
): OptimizationDecision {
  return { strategy, reason, changed, expectedSavingNanoUsd, savingNanoUsd, heldLessNanoUsd };
}
