import type { Attempt } from './attempt.js';
import type { AttemptRecord } from './record.js';

/** What one strategy changed of a request, or would have changed. */
export interface OptimizationDecision {
  /** The strategy's name, e.g. `smaller-model`. */
  readonly strategy: string;
  /** What was changed and why, in a sentence. Never a word of prompt or answer. */
  readonly reason: string;
  /** The fields of the request that it is about, e.g. `['messages']`. */
  readonly changed: readonly string[];
  /** What was thought to be saved before the request was sent, in whole nano-dollars; `null` where no price is known. */
  readonly expectedSavingNanoUsd: number | null;
  /**
   * What it saved by the usage that the API reported, in whole nano-dollars; in a dry run, what it would have saved. Below 0
   * where it cost more than it saved, `null` where the API reported no usage or no price is known.
   */
  readonly savingNanoUsd: number | null;
  /** How much less budgets had to hold for the call, in whole nano-dollars; `null` where no price is known. */
  readonly heldLessNanoUsd: number | null;
}

/**
 * Why a request was sent once more:
 * - `rejected`: the API turned the changed request away, so it was sent as asked;
 * - `cut-short`: the answer ended at the lowered `max_tokens`, so it was sent with the caller's own.
 */
export type OptimizationReversal = 'rejected' | 'cut-short';

/** What cost optimization did to a call. */
export interface OptimizationRecord {
  /** Whether it only says what would have been done. */
  readonly dryRun: boolean;
  /** In the order in which they were taken, each on top of the one before. At least one. */
  readonly decisions: readonly OptimizationDecision[];
  /** Whether the request was sent once more, and why; `null` for most. */
  readonly reversal: OptimizationReversal | null;
  /** The sum of the decisions that have a price. */
  readonly expectedSavingNanoUsd: number;
  /** The sum of what the decisions saved, or would have saved; `null` where none can be told. */
  readonly savingNanoUsd: number | null;
  /** What an answer cost, or would have cost, that was cut short and made again. Taken off `savingNanoUsd`. */
  readonly wastedNanoUsd: number;
}

/** Whoever changed a call to make it cheaper, and tells of it at its end. */
export interface CallOptimization {
  record(attempts: readonly AttemptRecord[], deciding: Attempt | undefined): OptimizationRecord;
}
