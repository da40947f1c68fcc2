import { maxTokensOf } from '../../call/request-traits.js';
import { cacheWritesOf, type CacheWrites } from './cache-breakpoints.js';
import { dearestOf, type ModelPrice, type TokenPrices } from './model-price.js';
import { picoToNanoUp, PICO_PER_NANO } from './money.js';
import { fieldsOf, hopsOf } from './planned-hops.js';
import type { PriceBook } from './price-book.js';
import type { UnknownModel } from './pricing.options.js';
import { searchesOf } from './web-searches.js';

/** A request that has not been sent. */
export interface PlannedRequest {
  /** Params of the SDK's method, or the parsed body. */
  readonly params: unknown;
  /** Its whole input in tokens, cached or not, as estimated. */
  readonly inputTokens: number;
  /** The model that will be asked. */
  readonly model: string | null;
  /** What its answer may have at most. Default: `max_tokens` of the params. */
  readonly maxTokens?: number | undefined;
  /** When, in wall-clock milliseconds since the epoch. */
  readonly atMs: number;
  /** Whether it goes out in a message batch. Default false. */
  readonly batch?: boolean;
  /** Where inference runs unless the request says: the workspace's `default_inference_geo`. Default: nowhere in particular. */
  readonly inferenceGeo?: string;
  /** Default `allow-unpriced`, for which an unknown model has no worst case. */
  readonly unknownModel?: UnknownModel;
}

/** What a request costs whatever it answers, and what each token of `max_tokens` adds; in whole pico-dollars. */
interface Terms {
  readonly fixedPicoUsd: number;
  readonly outputPicoUsd: number;
}

/**
 * The most that a request can cost in nano-dollars, rounded up, if its input is no more than estimated: all input at the
 * dearest rate that can apply to it, all of `max_tokens`, every web search it may make, and every model it names in
 * `fallbacks`, one after the other.
 *
 * Not in it, because no request tells how much it will be: what the answers of the API's own tools add to the input,
 * compaction, advisors, and fallbacks of `fallbacks: 'default'`. What they cost is known when the answer has arrived.
 *
 * @returns `null` when the model, or one of its fallbacks, has no known price.
 */
export function worstCaseNanoUsd(book: PriceBook, request: PlannedRequest): number | null {
  const terms = termsOf(book, request);
  if (terms === null) return null;
  return picoToNanoUp(
    terms.fixedPicoUsd + (request.maxTokens ?? maxTokensOf(request.params) ?? 0) * terms.outputPicoUsd,
  );
}

/**
 * The largest `max_tokens` with which the worst case of a request is within an amount of nano-dollars: one token more is
 * above it.
 *
 * @returns `null` when not even the input is within it, or the price is not known.
 */
export function outputAffordable(book: PriceBook, request: PlannedRequest, nanoUsd: number): number | null {
  const terms = termsOf(book, request);
  if (terms === null) return null;
  const picoUsd = Math.min(Math.floor(nanoUsd), MAX_NANO) * PICO_PER_NANO - terms.fixedPicoUsd;
  if (picoUsd < 0) return null;
  if (terms.outputPicoUsd === 0) return Number.MAX_SAFE_INTEGER;
  // In integers: a quotient of doubles may be rounded up to one token too many.
  return (picoUsd - (picoUsd % terms.outputPicoUsd)) / terms.outputPicoUsd;
}

/** More than one request can cost, and as much as adds up in pico-dollars. */
const MAX_NANO = Math.floor(Number.MAX_SAFE_INTEGER / PICO_PER_NANO);

function termsOf(book: PriceBook, request: PlannedRequest): Terms | null {
  const { params } = request;
  const { inference_geo: region, tools } = fieldsOf(params);
  const writes = cacheWritesOf(params);
  let fixedPicoUsd = searchesOf(tools) * book.webSearchPicoUsd;
  let outputPicoUsd = 0;
  for (const { model, maxTokens, fast } of hopsOf(params, request.model)) {
    const price = priceOf(book, request, model);
    if (price === null) return null;
    const card = dearestCard(price, request.inputTokens, fast);
    const factor = factorOf(price, request, region);
    const output = Math.round(card.output * factor);
    fixedPicoUsd += request.inputTokens * Math.round(dearestInput(card, writes) * factor);
    if (maxTokens === null) outputPicoUsd += output;
    else fixedPicoUsd += maxTokens * output;
  }
  return { fixedPicoUsd, outputPicoUsd };
}

function priceOf(book: PriceBook, { atMs, unknownModel }: PlannedRequest, model: string | null): ModelPrice | null {
  const price = model === null ? null : book.priceOf(model, atMs);
  return price ?? (unknownModel === 'dearest-known' ? book.dearest(atMs) : null);
}

/** What may be billed is the dearer card where either can be: fast mode may not be granted, an estimate may be high. */
function dearestCard({ fast, longPrompt, standard }: ModelPrice, inputTokens: number, asksFast: boolean): TokenPrices {
  const isLong = longPrompt !== null && inputTokens > longPrompt.promptTokens;
  if (!isLong && !(asksFast && fast)) return standard;
  return dearestOf([standard, ...(isLong ? [longPrompt.prices] : []), ...(asksFast && fast ? [fast] : [])]);
}

/** Without a breakpoint nothing is read from the cache nor written to it. */
function dearestInput(card: TokenPrices, writes: CacheWrites): number {
  if (writes === null) return card.input;
  const atLeast = Math.max(card.input, card.cacheRead, card.cacheWrite5m);
  return writes === '1h' ? Math.max(atLeast, card.cacheWrite1h) : atLeast;
}

function factorOf({ batchMultiplier, inferenceGeo }: ModelPrice, request: PlannedRequest, asked: unknown): number {
  const region = typeof asked === 'string' ? asked : request.inferenceGeo;
  const surcharge = region === undefined ? 1 : (inferenceGeo.get(region) ?? 1);
  return surcharge * (request.batch ? batchMultiplier : 1);
}
