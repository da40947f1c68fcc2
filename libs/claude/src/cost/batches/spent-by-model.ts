import { undatedModelId } from '../pricing/plain-model-id.js';

/** What the results of a batch cost, in all and model by model. Whole nano-dollars. */
export class SpentByModel {
  readonly #byModel = new Map<string, number>();
  #all = 0;

  add(model: string, nanoUsd: number): void {
    const name = undatedModelId(model);
    this.#byModel.set(name, (this.#byModel.get(name) ?? 0) + nanoUsd);
    this.#all += nanoUsd;
  }

  /** @param model As budgets name it, without its date; `null` for all of them. */
  of(model: string | null): number {
    return model === null ? this.#all : (this.#byModel.get(model) ?? 0);
  }
}
