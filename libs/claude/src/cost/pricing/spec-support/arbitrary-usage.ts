import fc from 'fast-check';
import type { TokenUsage } from '../../../call/usage.js';
import { PRICE_LIST } from '../price-list.data.js';

/** An id of any model of the list. */
export const anyModel = fc.constantFrom(...PRICE_LIST.rows.flatMap(({ models }) => models));

/** A moment from before the first price to after the last. */
export const anyMomentMs = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2027, 11, 31) });

const count = fc.oneof(fc.nat(10), fc.nat(250_000), fc.constantFrom(100_000, 100_001, 200_000, 200_001));

export const anyTokens: fc.Arbitrary<TokenUsage> = fc.record({
  inputTokens: count,
  cacheReadTokens: count,
  cacheWrite5mTokens: count,
  cacheWrite1hTokens: count,
  outputTokens: count,
});

/** What changes the price of all tokens of an answer. */
export const anyTerms = fc.record({
  serviceTier: fc.constantFrom(null, 'standard', 'batch', 'priority'),
  speed: fc.constantFrom(null, 'standard', 'fast'),
  inferenceGeo: fc.constantFrom(null, 'global', 'not_available', 'us', 'eu'),
});

const anyIteration = fc.record({
  tokens: anyTokens,
  kind: fc.constantFrom('compaction', 'advisor_message'),
  model: fc.option(anyModel),
});

/** Any usage of one model, iterations included. */
export const anyUsage = fc
  .record({
    tokens: anyTokens,
    terms: anyTerms,
    webSearchRequests: fc.nat(20),
    iterations: fc.array(anyIteration, { maxLength: 3 }),
  })
  .map(({ tokens, terms, webSearchRequests, iterations }) => {
    const parts = iterations.map(({ kind, model, tokens: part }) => Object.assign({ kind, model }, part));
    return Object.assign({ webSearchRequests, iterations: parts }, tokens, terms);
  });
