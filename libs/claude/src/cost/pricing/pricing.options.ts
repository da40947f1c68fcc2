import type { PricingProvider } from './model-price.js';
import type { PriceRow } from './price-row.js';

/** What to do about a model that has no price:
 * - `allow-unpriced`: calls are made, and what they use is booked without a price and named; a hard budget refuses them,
 *   since it cannot hold what it cannot count.
 * - `dearest-known`: it is taken for as dear as the dearest known price of each kind, and named.
 * - `refuse`: calls are not made. What was used all the same is booked without a price and named.
 */
export type UnknownModel = 'allow-unpriced' | 'dearest-known' | 'refuse';

/** Where prices come from. All of them are laid over the built-in list of Anthropic's prices. */
export interface PricingOptions {
  /** A JSON file with a {@link PriceList}, whose rows go before the built-in ones. It is read again when it changes. */
  readonly file?: string;
  /** How often to look whether `file` has changed, in milliseconds. Default 60,000. */
  readonly filePollMs?: number;
  /** Rows that go before those of `file` and the built-in ones, or add models to them. */
  readonly rows?: readonly PriceRow[];
  /** Price of one web search in US dollars. Default: that of `file`, else 0.01. */
  readonly webSearchUsd?: number;
  /** A share off every price, that of searches included: at least 0 and below 1. Default 0. */
  readonly discount?: number;
  /** Asked for models that no row names, e.g. `genaiPrices(...)`. Default: none. */
  readonly provider?: PricingProvider;
  /** What to do about a model that has no price. Default `allow-unpriced`. */
  readonly unknownModel?: UnknownModel;
}

export const PRICING_DEFAULTS = {
  filePollMs: 60_000,
  discount: 0,
  unknownModel: 'allow-unpriced',
} as const satisfies PricingOptions;
