import type { Cost, CostItem, CostKind, UnpricedPart, UnpricedReason } from '../../call/cost.js';
import type { TokenUsage, Usage } from '../../call/usage.js';
import { InvalidOptionsError } from '../../errors/errors.js';
import { picoToNano } from './money.js';

const NOTHING: readonly UnpricedPart[] = Object.freeze([]);

/** Where each kind is counted. */
const FIELDS: Readonly<Record<CostKind, keyof TokenUsage | 'webSearchRequests'>> = {
  input: 'inputTokens',
  'cache-read': 'cacheReadTokens',
  'cache-write-5m': 'cacheWrite5mTokens',
  'cache-write-1h': 'cacheWrite1hTokens',
  output: 'outputTokens',
  'web-search': 'webSearchRequests',
};

const NO_ITEMS: readonly CostItem[] = Object.freeze([]);

/** A bill that is being written: lines in pico-dollars, and a total that is rounded once. */
export class Bill {
  readonly #items: CostItem[] | null;
  #unpriced: UnpricedPart[] | null = null;
  #picoUsd = 0;

  /** @param isItemized Whether it keeps its lines, or only their sum. */
  constructor(isItemized: boolean) {
    this.#items = isItemized ? [] : null;
  }

  /** @throws InvalidOptionsError when the bill would be above 9,007 dollars, or the quantity is no count. */
  add(kind: CostKind, quantity: number, unitPicoUsd: number, model: string, iteration: string | null): void {
    if (quantity === 0) return;
    const picoUsd = quantity * unitPicoUsd;
    this.#picoUsd += picoUsd;
    if (!Number.isSafeInteger(quantity) || quantity < 0 || !Number.isSafeInteger(this.#picoUsd)) {
      throw new InvalidOptionsError(
        `\`${FIELDS[kind]}\` of a usage of ${model} is ${quantity}, which cannot be priced: it must be a whole number, ` +
          'and one request can cost 9,007 dollars at most. Price each request by itself.',
      );
    }
    this.#items?.push({ kind, model, iteration, quantity, unitPicoUsd, picoUsd });
  }

  /** Names a part that has no price, or not its own; once however often it is found. */
  name(reason: UnpricedReason, model: string): void {
    this.#unpriced ??= [];
    if (!this.#unpriced.some((part) => part.reason === reason && part.model === model)) {
      this.#unpriced.push({ reason, model });
    }
  }

  close(quality: Usage['quality'], priceVersion: string): Cost {
    return {
      nanoUsd: picoToNano(this.#picoUsd),
      items: this.#items ?? NO_ITEMS,
      unpriced: this.#unpriced ?? NOTHING,
      accuracy: quality === 'complete' ? 'exact' : 'estimated',
      priceVersion,
    };
  }
}
