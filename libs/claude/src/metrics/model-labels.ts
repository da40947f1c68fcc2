import type { ClaudeRuntime } from '../claude.runtime.js';
import type { PriceBook } from '../cost/pricing/price-book.js';
import { undatedModelId } from '../cost/pricing/plain-model-id.js';
import { KNOWN_MODEL_IDS } from '../rate-limit/known-models.js';
import { modelClassOf } from '../rate-limit/model-class.js';

/** Stands for everything that has no label of its own. */
export const OTHER = 'other';

/** The model of operations that have none. */
export const NO_MODEL = 'none';

/** How many ids are remembered. Requests name them, so there may be any number. */
const MAX_REMEMBERED = 1_000;

/**
 * What models are called in labels: known ones, in all their spellings, by the id that the Claude API has for them, without
 * its date; all others `other`, so that no caller can make series up. Known are the models of the price list in force, of
 * the SDK, and those that options name.
 */
export class ModelLabels {
  readonly #known: ReadonlySet<string>;
  readonly #labels = new Map<string, string>();
  #book: PriceBook;

  constructor(
    private readonly runtime: ClaudeRuntime,
    models: readonly string[],
  ) {
    this.#known = new Set([...KNOWN_MODEL_IDS, ...configuredModels(runtime), ...models].map(undatedModelId));
    this.#book = runtime.costs.prices.book;
  }

  /** Every value there is. */
  get values(): ReadonlySet<string> {
    const { models } = this.runtime.costs.prices.book;
    return new Set([...this.#known, ...Array.from(models, undatedModelId), OTHER, NO_MODEL]);
  }

  of(model: string | null): string {
    if (model === null) return NO_MODEL;
    this.#forgetOldPrices();
    const remembered = this.#labels.get(model);
    if (remembered !== undefined) return remembered;
    const plain = undatedModelId(model);
    const label = this.#known.has(plain) || this.#book.names(model) ? plain : OTHER;
    if (this.#labels.size >= MAX_REMEMBERED) this.#labels.clear();
    this.#labels.set(model, label);
    return label;
  }

  /** A price file that has changed may name other models. */
  #forgetOldPrices(): void {
    const { book } = this.runtime.costs.prices;
    if (book === this.#book) return;
    this.#book = book;
    this.#labels.clear();
  }
}

/** The classes, in limits, of the models that have a label; `other` is none of them. */
export function classesOf(models: Iterable<string>, { settings }: ClaudeRuntime): ReadonlySet<string> {
  const { rateLimit } = settings;
  const own = rateLimit === false ? [] : [...rateLimit.byClass.keys(), ...rateLimit.classOfModel.values()];
  const known = Array.from(models).filter((model) => model !== OTHER && model !== NO_MODEL);
  return new Set([...own, ...known.flatMap((model) => [modelClassOf(model), modelClassOf(model, 'fast')])]);
}

function configuredModels({ settings, budgets }: ClaudeRuntime): readonly string[] {
  const { retry, rateLimit, endpoints } = settings;
  return [
    ...Object.entries(retry.fallbackModels).flat(2),
    ...(rateLimit === false ? [] : rateLimit.classOfModel.keys()),
    ...endpoints.flatMap(({ models }) => (models === null ? [] : [...models].flat())),
    ...budgets.accounts.flatMap(({ budget: { onShortfall } }) =>
      typeof onShortfall === 'object' && 'degrade' in onShortfall ? [onShortfall.degrade.to] : [],
    ),
  ];
}
