import { BATCH_MULTIPLIER, type ModelPrice, type PricingProvider, type TokenPrices } from './model-price.js';
import { picoUsdPerToken } from './money.js';
import { spellingsOf, withoutDate } from './plain-model-id.js';
import { fingerprint } from './price-version.js';

/** A price of `@pydantic/genai-prices`: one, or one that depends on the length of the prompt. */
export type GenaiTieredPrice =
  | number
  | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] }
  | undefined;

/** Prices of `@pydantic/genai-prices` by unit, in dollars for a million tokens. */
export type GenaiModelPrice = Readonly<Record<string, GenaiTieredPrice>>;

/** Prices of `@pydantic/genai-prices` and when they hold. */
export interface GenaiConditionalPrice {
  readonly constraint?: { readonly type: string; readonly start_date?: string };
  readonly prices: GenaiModelPrice;
}

/** A model of `@pydantic/genai-prices`. */
export interface GenaiModel {
  readonly id: string;
  readonly prices: GenaiModelPrice | readonly GenaiConditionalPrice[];
}

/** What the adapter needs of a provider of `@pydantic/genai-prices`. */
export interface GenaiProvider {
  readonly models: readonly GenaiModel[];
}

/** What the adapter needs of the module `@pydantic/genai-prices`. */
export interface GenaiPricesModule {
  findProvider(options: { readonly providerId: string }): GenaiProvider | undefined;
}

/** A provider's data as it is looked up in, made once for each state of the data. */
interface Indexed {
  readonly provider: GenaiProvider | undefined;
  readonly models: ReadonlyMap<string, GenaiModel>;
  readonly version: string;
}

/**
 * Prices of Anthropic's models from `@pydantic/genai-prices`, for models that the built-in list does not have:
 *
 * ```ts
 * import * as genai from '@pydantic/genai-prices';
 *
 * pricing: { provider: genaiPrices(genai) }
 * ```
 *
 * It takes the package's dated prices and its prices for long prompts, and sees what its `updatePrices` loads. It does not take
 * over how the package finds models: that goes by prefix, which gives a new model the prices of an older one. Prices of fast
 * mode and of regions are not in the package; batches are at half price.
 */
export function genaiPrices(module: GenaiPricesModule): PricingProvider {
  let indexed = indexOf(undefined);
  const prices = new WeakMap<GenaiModelPrice, { readonly price: ModelPrice | null }>();
  const current = (): Indexed => {
    const provider = module.findProvider({ providerId: 'anthropic' });
    if (provider !== indexed.provider) indexed = indexOf(provider);
    return indexed;
  };
  return {
    get version() {
      return current().version;
    },
    priceOf(model, atMs) {
      const { models } = current();
      const known = spellingsOf(model).find((spelling) => models.has(spelling));
      const row = known === undefined ? undefined : rowAt(models.get(known)?.prices ?? [], atMs);
      if (row === undefined) return null;
      const made = prices.get(row) ?? { price: priceFrom(row) };
      prices.set(row, made);
      return made.price;
    },
  };
}

function indexOf(provider: GenaiProvider | undefined): Indexed {
  const models = provider?.models ?? [];
  const byId = models.flatMap((model) => [model.id, bare(model.id)].map((id) => [id, model] as const));
  return {
    provider,
    models: new Map(byId),
    version: `genai-prices.${fingerprint(models.map(({ id, prices }) => [id, prices]))}`,
  };
}

/** Its own id of a model may be an alias or a dated id. */
function bare(id: string): string {
  return withoutDate(id.replace(/-latest$/, ''));
}

/** Of several that hold, the last one counts, as the package has it. */
function rowAt(prices: GenaiModel['prices'], atMs: number): GenaiModelPrice | undefined {
  if (!isList(prices)) return prices;
  return prices.findLast(({ constraint }) => constraint === undefined || hasBegun(constraint, atMs))?.prices;
}

function hasBegun({ start_date: startDate }: { readonly start_date?: string }, atMs: number): boolean {
  return startDate !== undefined && Date.parse(startDate) <= atMs;
}

function isList(prices: GenaiModel['prices']): prices is readonly GenaiConditionalPrice[] {
  return Array.isArray(prices);
}

/** `null` for prices that cannot be told as ours: without input or output, or with several steps by length. */
function priceFrom(row: GenaiModelPrice): ModelPrice | null {
  const starts = [...new Set(Object.values(row).flatMap(startsOf))];
  const standard = tokenPrices(row, 0);
  const [promptTokens] = starts;
  if (standard === null || starts.length > 1) return null;
  const long = promptTokens === undefined ? null : tokenPrices(row, promptTokens);
  return {
    standard,
    longPrompt: long && promptTokens !== undefined ? { promptTokens, prices: long } : null,
    fast: null,
    batchMultiplier: BATCH_MULTIPLIER,
    inferenceGeo: new Map(),
  };
}

function startsOf(price: GenaiTieredPrice): readonly number[] {
  return typeof price === 'object' ? price.tiers.map(({ start }) => start) : [];
}

/** Prices it does not tell follow the input's: 1.25 times for 5 minutes, twice for an hour ("Prompt caching"), never less. */
function tokenPrices(row: GenaiModelPrice, start: number): TokenPrices | null {
  const input = priceAt(row['input_mtok'], start);
  const output = priceAt(row['output_mtok'], start);
  if (input === undefined || output === undefined) return null;
  return {
    input: picoUsdPerToken(input),
    cacheRead: picoUsdPerToken(priceAt(row['cache_read_mtok'], start) ?? input),
    cacheWrite5m: picoUsdPerToken(priceAt(row['cache_write_mtok'], start) ?? input * 1.25),
    cacheWrite1h: picoUsdPerToken(priceAt(row['cache_write_1h_mtok'], start) ?? input * 2),
    output: picoUsdPerToken(output),
  };
}

function priceAt(price: GenaiTieredPrice, start: number): number | undefined {
  if (typeof price !== 'object') return price;
  return price.tiers.find((tier) => tier.start === start)?.price ?? price.base;
}
