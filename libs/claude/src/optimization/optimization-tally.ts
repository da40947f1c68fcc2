import type { OptimizationRecord } from '../call/optimization.js';

/** What one strategy came to since the start. */
export interface StrategySummary {
  readonly strategy: string;
  /** Calls that it changed, or would have changed. */
  readonly calls: number;
  /** What that was thought to save, in whole nano-dollars. */
  readonly expectedSavingNanoUsd: number;
  /** What it saved by the usage the API reported, or would have saved in a dry run; in whole nano-dollars. */
  readonly savingNanoUsd: number;
}

/** What optimization came to since the start. */
export interface OptimizationSummary {
  /** Calls that were changed, or would have been. */
  readonly calls: number;
  readonly savingNanoUsd: number;
  /** What answers cost that were cut short and made again; taken off the savings. */
  readonly wastedNanoUsd: number;
  /** Requests that were sent once more as asked, as the API turned the changed ones away. */
  readonly rejected: number;
  /** Requests that were sent once more, as their answers were cut short. */
  readonly cutShort: number;
  readonly byStrategy: readonly StrategySummary[];
}

type Sums<T> = { -readonly [Name in keyof T]: T[Name] };

/** Adds up what came of calls, in all and by strategy. */
export class OptimizationTally {
  readonly #all: Sums<Omit<OptimizationSummary, 'byStrategy'>> = {
    calls: 0,
    savingNanoUsd: 0,
    wastedNanoUsd: 0,
    rejected: 0,
    cutShort: 0,
  };
  readonly #byStrategy: ReadonlyMap<string, Sums<StrategySummary>>;

  constructor(strategies: readonly string[]) {
    const empty = { calls: 0, expectedSavingNanoUsd: 0, savingNanoUsd: 0 };
    this.#byStrategy = new Map(strategies.map((strategy) => [strategy, { strategy, ...empty }]));
  }

  get summary(): OptimizationSummary {
    return {
      ...this.#all,
      byStrategy: [...this.#byStrategy.values()].map((sums) => Object.freeze(Object.assign({}, sums))),
    };
  }

  add({ decisions, savingNanoUsd, wastedNanoUsd, reversal }: OptimizationRecord): void {
    const all = this.#all;
    all.calls += 1;
    all.savingNanoUsd += savingNanoUsd ?? 0;
    all.wastedNanoUsd += wastedNanoUsd;
    if (reversal === 'rejected') all.rejected += 1;
    if (reversal === 'cut-short') all.cutShort += 1;
    for (const decision of decisions) {
      const sums = this.#byStrategy.get(decision.strategy);
      if (sums === undefined) continue;
      sums.calls += 1;
      sums.expectedSavingNanoUsd += decision.expectedSavingNanoUsd ?? 0;
      sums.savingNanoUsd += decision.savingNanoUsd ?? 0;
    }
  }
}
