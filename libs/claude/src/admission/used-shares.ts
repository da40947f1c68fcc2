import type { Claims } from './meter.js';

const LEARNING_RATE = 0.05;

/** How much of what is claimed is used in the end, claim by claim: what those ahead in a line will give back. */
export class UsedShares {
  readonly #shares: number[];

  constructor(dimensions: number) {
    this.#shares = Array.from({ length: dimensions }, () => 1);
  }

  of(index: number): number {
    return this.#shares[index] ?? 1;
  }

  learn({ amounts }: Claims, used: readonly (number | null)[]): void {
    for (let index = 0; index < this.#shares.length; index += 1) {
      const claimed = amounts[index] ?? 0;
      const amount = used[index] ?? null;
      if (claimed > 0 && amount !== null) this.#learn(index, Math.min(1, amount / claimed));
    }
  }

  #learn(index: number, share: number): void {
    const known = this.of(index);
    this.#shares[index] = known + (share - known) * LEARNING_RATE;
  }
}
