import { picoUsdPerToken } from './money.js';
import type { PriceRow, UsdPerMillionTokens } from './price-row.js';

/** Prices of one token, each in whole pico-dollars (10^-12 USD). */
export interface TokenPrices {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
}

/** What a model costs at one moment. */
export interface ModelPrice {
  readonly standard: TokenPrices;
  /** Prices of a whole request whose prompt has more than `promptTokens` tokens; `null` where its length changes nothing. */
  readonly longPrompt: { readonly promptTokens: number; readonly prices: TokenPrices } | null;
  /** Prices in fast mode; `null` where they are not known. */
  readonly fast: TokenPrices | null;
  /** What tokens of a message batch cost, as a share. */
  readonly batchMultiplier: number;
  /** What tokens cost by the region of `usage.inference_geo`, as a factor. */
  readonly inferenceGeo: ReadonlyMap<string, number>;
}

/** Knows prices by model. For models that the price list does not have. */
export interface PricingProvider {
  /** Names the data the prices come from, so that a cost can tell what it was computed with. */
  readonly version: string;
  /**
   * What a model costs at a moment; `null` when that is not known. Asked on every call of such a model, so it answers from
   * memory. The same object for the same prices makes it fast.
   *
   * @param model The id as the request names it.
   * @param atMs Wall-clock milliseconds since the epoch.
   */
  priceOf(model: string, atMs: number): ModelPrice | null;
}

/** What batches cost as a share of the list price ("Message Batches" in the Anthropic API docs). */
export const BATCH_MULTIPLIER = 0.5;

const NO_GEO: ReadonlyMap<string, number> = new Map();

/** A row as the prices of single tokens, rounded to whole pico-dollars. */
export function modelPrice(row: PriceRow): ModelPrice {
  const { usdPerMillionTokens: usd, abovePromptTokens: above, fast, inferenceGeo } = row;
  return {
    standard: tokenPrices(usd),
    longPrompt: above ? { promptTokens: above.promptTokens, prices: tokenPrices(above.usdPerMillionTokens) } : null,
    fast: fast ? fastPrices(usd, fast) : null,
    batchMultiplier: row.batchMultiplier ?? BATCH_MULTIPLIER,
    inferenceGeo: inferenceGeo ? new Map(Object.entries(inferenceGeo)) : NO_GEO,
  };
}

/** The same with a discount off every token; prices of single tokens stay whole pico-dollars. */
export function discounted(price: ModelPrice, discount: number): ModelPrice {
  if (discount === 0) return price;
  const less = (prices: TokenPrices): TokenPrices => mapPrices(prices, (pico) => Math.round(pico * (1 - discount)));
  return {
    ...price,
    standard: less(price.standard),
    longPrompt: price.longPrompt && { ...price.longPrompt, prices: less(price.longPrompt.prices) },
    fast: price.fast && less(price.fast),
  };
}

/** Whether it can be billed: a provider is code of somebody else's. */
export function isBillable({ standard, longPrompt, fast, batchMultiplier, inferenceGeo }: ModelPrice): boolean {
  const cards = [standard, longPrompt?.prices, fast].filter((card) => card != null);
  return (
    cards.every((card) => KINDS.every((kind) => Number.isSafeInteger(card[kind]) && card[kind] >= 0)) &&
    [batchMultiplier, ...inferenceGeo.values()].every((factor) => Number.isFinite(factor) && factor >= 0)
  );
}

/** The dearest price of each kind. */
export function dearestOf(cards: readonly TokenPrices[]): TokenPrices {
  const most = (kind: keyof TokenPrices): number => cards.reduce((max, card) => Math.max(max, card[kind]), 0);
  return {
    input: most('input'),
    cacheRead: most('cacheRead'),
    cacheWrite5m: most('cacheWrite5m'),
    cacheWrite1h: most('cacheWrite1h'),
    output: most('output'),
  };
}

const KINDS = ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'output'] as const satisfies (keyof TokenPrices)[];

function tokenPrices(usd: UsdPerMillionTokens): TokenPrices {
  return mapPrices(usd, picoUsdPerToken);
}

function fastPrices(usd: UsdPerMillionTokens, fast: { readonly input: number; readonly output: number }): TokenPrices {
  const factor = usd.input > 0 ? fast.input / usd.input : 1;
  return { ...mapPrices(usd, (price) => picoUsdPerToken(price * factor)), output: picoUsdPerToken(fast.output) };
}

function mapPrices(prices: TokenPrices, map: (price: number) => number): TokenPrices {
  return {
    input: map(prices.input),
    cacheRead: map(prices.cacheRead),
    cacheWrite5m: map(prices.cacheWrite5m),
    cacheWrite1h: map(prices.cacheWrite1h),
    output: map(prices.output),
  };
}
