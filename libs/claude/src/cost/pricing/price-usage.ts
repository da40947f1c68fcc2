import type { Cost, PriceUsage } from '../../call/cost.js';
import type { IterationUsage, TokenUsage, Usage } from '../../call/usage.js';
import { Bill } from './bill.js';
import type { ModelPrice, TokenPrices } from './model-price.js';
import type { PriceBook } from './price-book.js';
import type { UnknownModel } from './pricing.options.js';

/** Stands for the model in a bill of an operation that names none. */
const NO_MODEL = 'unknown';

/** Answers about where inference ran that mean nowhere in particular (SDK `Usage.inference_geo`). */
const NOWHERE: ReadonlySet<string | null> = new Set([null, 'global', 'not_available']);

/** One usage being priced. */
interface Pricing {
  readonly bill: Bill;
  readonly book: PriceBook;
  readonly usage: Usage;
  readonly atMs: number;
  /** The model of the call itself, and its price. */
  readonly model: string;
  readonly price: ModelPrice | null;
  /** What stands in for the price of a model nobody knows. */
  readonly standIn: ModelPrice | null;
}

/**
 * Prices usage as the API bills it: each token once, at the price of its model on that day for a prompt of that length at that
 * speed, times region, times batch; then the fees of searches. What decides is what the response says of speed, region and
 * tier, never what the request asked for ("Pricing" in the Anthropic API docs).
 *
 * Not covered, because no response tells: container hours of code execution.
 *
 * @param prices Holds the book in force; read anew for each usage.
 * @param itemized Whether the bill keeps its lines.
 * @param unknownModel What has been used is priced or named, never refused: `refuse` is the same as `allow-unpriced` here.
 * @throws InvalidOptionsError from the returned function, for a usage that adds up to more than 9,007 dollars.
 */
export function usagePricer(
  prices: { readonly book: PriceBook },
  unknownModel: UnknownModel,
  { itemized }: { readonly itemized: boolean },
): PriceUsage {
  return (asked, usage, atMs): Cost => {
    const { book } = prices;
    const model = asked ?? NO_MODEL;
    const pricing: Pricing = {
      bill: new Bill(itemized),
      book,
      usage,
      atMs,
      model,
      price: book.priceOf(model, atMs),
      standIn: unknownModel === 'dearest-known' ? book.dearest(atMs) : null,
    };
    priceAnswer(pricing);
    for (const iteration of usage.iterations) priceIteration(pricing, iteration);
    pricing.bill.add('web-search', usage.webSearchRequests, book.webSearchPicoUsd, model, null);
    return pricing.bill.close(usage.quality, book.version);
  };
}

/** The answer itself: model by model where several gave it. */
function priceAnswer(pricing: Pricing): void {
  const { bill, model, price, usage } = pricing;
  if (usage.hops !== null && usage.hops.length > 0) for (const hop of usage.hops) priceIteration(pricing, hop);
  else priceTokens(pricing, usage, model, price, null);
  if (usage.hops === null) bill.name('fallback', model);
  if (usage.fallbackCredit === 'redeemed') bill.name('fallback-credit', model);
  if (usage.serviceTier === 'priority') bill.name('priority-tier', model);
}

function priceIteration(pricing: Pricing, part: IterationUsage): void {
  const model = part.model ?? pricing.model;
  const price = model === pricing.model ? pricing.price : pricing.book.priceOf(model, pricing.atMs);
  priceTokens(pricing, part, model, price, part.kind);
}

function priceTokens(
  pricing: Pricing,
  tokens: TokenUsage,
  model: string,
  known: ModelPrice | null,
  iteration: string | null,
): void {
  const { bill } = pricing;
  if (known === null && isUsed(tokens)) bill.name('model', model);
  const price = known ?? pricing.standIn;
  if (price === null) return;
  // Another id of the same model has the same price object: both are made from one row.
  const isOwn = model === pricing.model || (known !== null && known === pricing.price);
  const card = cardOf(pricing, price, tokens, model, isOwn);
  const factor = factorOf(pricing, price, model);
  bill.add('input', tokens.inputTokens, unit(card.input, factor), model, iteration);
  bill.add('cache-read', tokens.cacheReadTokens, unit(card.cacheRead, factor), model, iteration);
  bill.add('cache-write-5m', tokens.cacheWrite5mTokens, unit(card.cacheWrite5m, factor), model, iteration);
  bill.add('cache-write-1h', tokens.cacheWrite1hTokens, unit(card.cacheWrite1h, factor), model, iteration);
  bill.add('output', tokens.outputTokens, unit(card.output, factor), model, iteration);
}

function cardOf(
  { bill, usage }: Pricing,
  { fast, longPrompt, standard }: ModelPrice,
  tokens: TokenUsage,
  model: string,
  isOwn: boolean,
): TokenPrices {
  if (usage.speed === 'fast' && isOwn) {
    if (fast !== null) return fast;
    bill.name('fast', model);
  }
  return longPrompt !== null && promptTokens(tokens) > longPrompt.promptTokens ? longPrompt.prices : standard;
}

function factorOf({ bill, usage }: Pricing, { batchMultiplier, inferenceGeo }: ModelPrice, model: string): number {
  const { inferenceGeo: region, serviceTier } = usage;
  const batch = serviceTier === 'batch' ? batchMultiplier : 1;
  const surcharge = region === null ? 1 : inferenceGeo.get(region);
  if (surcharge === undefined && !NOWHERE.has(region)) bill.name('inference-geo', model);
  return (surcharge ?? 1) * batch;
}

/** The price of one token with all that changes it, in whole pico-dollars. */
function unit(picoUsd: number, factor: number): number {
  return factor === 1 ? picoUsd : Math.round(picoUsd * factor);
}

function promptTokens(tokens: TokenUsage): number {
  return tokens.inputTokens + tokens.cacheReadTokens + tokens.cacheWrite5mTokens + tokens.cacheWrite1hTokens;
}

function isUsed(tokens: TokenUsage): boolean {
  return promptTokens(tokens) + tokens.outputTokens > 0;
}
