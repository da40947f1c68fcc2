/**
 * What a call saved, what it could have saved, and what was reserved for it: each in whole nano-dollars (10^-9 USD), at the
 * prices of when it was made; `null` for what does not concern it. The figures overlap: they are not to be added up.
 */
export interface CallSavings {
  /** How much less it cost than without the prompt cache; below 0 where writes cost more than reads saved. */
  readonly cachingSaved: number | null;
  /** How much less it would have cost with the prompt cache, which it did not use; below 0 where it would have had to write. */
  readonly cachingCouldSave: number | null;
  /** How much less it would have cost in a message batch. */
  readonly batchCouldSave: number | null;
  /** How much less it would have cost with a smaller model. */
  readonly smallerModelCouldSave: number | null;
  /** How much less it cost than without what cost optimization changed; below 0 where that cost more than it saved. */
  readonly optimizationSaved: number | null;
  /** How much less it would have cost with what cost optimization, in a dry run, would have changed. */
  readonly optimizationCouldSave: number | null;
  /** What budgets held for it: of each attempt that used something, the most it could cost. */
  readonly reserved: number | null;
  /** What those attempts cost. */
  readonly usedOfReserved: number | null;
}

/** What is told of a call by {@link CallSavings}. */
export type SavingKind = keyof CallSavings;

/** Of a call that no figure concerns. */
export const NO_SAVINGS: CallSavings = Object.freeze({
  cachingSaved: null,
  cachingCouldSave: null,
  batchCouldSave: null,
  smallerModelCouldSave: null,
  optimizationSaved: null,
  optimizationCouldSave: null,
  reserved: null,
  usedOfReserved: null,
});

export const SAVING_KINDS = Object.keys(NO_SAVINGS) as readonly SavingKind[];
