import type { Batch } from './batch.js';

/** The batches of all organizations, newest first. */
export class BatchStore {
  #batches: readonly Batch[] = [];

  add(batch: Batch): void {
    this.#batches = [batch, ...this.#batches];
  }

  remove(batch: Batch): void {
    this.#batches = this.#batches.filter((other) => other !== batch);
  }

  of(organization: string): readonly Batch[] {
    return this.#batches.filter(({ key }) => key.organization === organization);
  }

  clear(): void {
    this.#batches = [];
  }
}
