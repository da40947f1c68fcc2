import type { Sample } from './fed-metric.js';

/** By how much sums have grown since they were looked at last: counters take that, and keep it when the sum is gone. */
export class Growth {
  readonly #last = new Map<string, number>();

  /** @param totals What has the same labels is one sum. */
  since(totals: readonly Sample[]): readonly Sample[] {
    const sums = new Map<string, Sample>();
    for (const [labels, total] of totals) {
      const key = JSON.stringify(labels);
      sums.set(key, [labels, total + (sums.get(key)?.[1] ?? 0)]);
    }
    return Array.from(sums, ([key, [labels, total]]) => {
      const grown = total - (this.#last.get(key) ?? 0);
      this.#last.set(key, total);
      return [labels, Math.max(0, grown)];
    });
  }
}
