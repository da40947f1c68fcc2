import type { Usage } from './usage.js';

/** What is paid for. Each token, and each search, is in exactly one kind. */
export type CostKind = 'input' | 'cache-read' | 'cache-write-5m' | 'cache-write-1h' | 'output' | 'web-search';

/** One line of a bill. */
export interface CostItem {
  readonly kind: CostKind;
  /** The model whose price it is. */
  readonly model: string;
  /** What iteration of the answer it was, e.g. `compaction`; `null` for the answer itself. */
  readonly iteration: string | null;
  /** Tokens, or searches. */
  readonly quantity: number;
  /** What one of them costs in whole pico-dollars (10^-12 USD), every modifier included. */
  readonly unitPicoUsd: number;
  /** `quantity` times `unitPicoUsd`. */
  readonly picoUsd: number;
}

/** Why a part of a usage has no price, or not its own:
 * - `model`: nobody knows a price of that model;
 * - `fast`: of fast mode, so that it stands at the standard price;
 * - `inference-geo`: of inference in that region, so that it stands without a surcharge;
 * - `priority-tier`: it draws on what was paid for in advance, and stands at the list price;
 * - `fallback`: several models answered and it is not known which part is whose, so it stands at the price of the one asked;
 * - `fallback-credit`: the API credits what the first model cost, so that the figure is an upper bound.
 */
export type UnpricedReason = 'model' | 'fast' | 'inference-geo' | 'priority-tier' | 'fallback' | 'fallback-credit';

/** A part of a usage that has no price, or not its own. */
export interface UnpricedPart {
  readonly reason: UnpricedReason;
  /** The model it is about. */
  readonly model: string;
}

/** What one exchange costs. */
export interface Cost {
  /** The sum of the items, rounded once: whole nano-dollars (10^-9 USD), half to even. */
  readonly nanoUsd: number;
  readonly items: readonly CostItem[];
  /** What is missing from the sum, or only approximate in it; empty for most. */
  readonly unpriced: readonly UnpricedPart[];
  /** `exact` for the API's own final usage; `estimated` where the usage is partial or a guess of ours. */
  readonly accuracy: 'exact' | 'estimated';
  /** The version of the prices that were used. */
  readonly priceVersion: string;
}

/**
 * Says what a usage costs.
 *
 * @param model The model that was asked; `null` where the operation names none.
 * @param atMs When it was used, in wall-clock milliseconds since the epoch: prices change by date.
 */
export type PriceUsage = (model: string | null, usage: Usage, atMs: number) => Cost;
