import { SAVING_KINDS, type CallSavings, type SavingKind } from './call-savings.js';

/** One figure of all calls it concerns. */
export interface SavingSum {
  /** Whole nano-dollars (10^-9 USD). */
  readonly nanoUsd: number;
  readonly calls: number;
}

/** What calls saved and could have saved, added up: of each figure those calls for which it is not `null`. */
export type SavingsSums = Readonly<Record<SavingKind, SavingSum>>;

const KINDS = SAVING_KINDS.length;

/** Adds up what calls saved and could have saved. A sum and a count for each figure, whatever the number of calls. */
export class SavingsTally {
  readonly #numbers = new Float64Array(2 * KINDS);

  add(savings: CallSavings): void {
    // Counted by hand: this runs for every call three times, and most figures do not concern it.
    for (let index = 0; index < KINDS; index += 1) {
      const nanoUsd = savings[SAVING_KINDS[index] as SavingKind];
      if (nanoUsd === null) continue;
      this.#increase(index, nanoUsd);
      this.#increase(KINDS + index, 1);
    }
  }

  addTally(other: SavingsTally): void {
    for (const [index, amount] of other.#numbers.entries()) this.#increase(index, amount);
  }

  get sums(): SavingsSums {
    const sumOf = (index: number): SavingSum => ({ nanoUsd: this.#at(index), calls: this.#at(KINDS + index) });
    return Object.fromEntries(SAVING_KINDS.map((kind, index) => [kind, sumOf(index)])) as unknown as SavingsSums;
  }

  #at(index: number): number {
    return this.#numbers[index] ?? 0;
  }

  #increase(index: number, amount: number): void {
    this.#numbers[index] = this.#at(index) + amount;
  }
}
