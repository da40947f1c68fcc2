import type { PriceUsage } from '../call/cost.js';
import type { TokenUsage, Usage } from '../call/usage.js';
import { nanoUsdOf } from '../cost/savings/alternative-cost.js';
import { withoutCache, type ModelUse } from '../cost/savings/alternatives.js';
import type { ExpectedCache } from './strategy.js';

/** A request as far as its cost goes: the model it asks, its input as estimated, and what its answer may have. */
export interface RequestSize {
  readonly model: string;
  readonly inputTokens: number;
  /** `null` where it does not say. */
  readonly maxTokens: number | null;
}

/** What one change made of what a request costs. */
export interface Effect {
  readonly before: RequestSize;
  readonly after: RequestSize;
  readonly cache: ExpectedCache | null;
}

/** The same work with a change; the tokens in proportion to what was estimated. As it is, where another model did it. */
export function apply({ before, after, cache }: Effect, use: ModelUse): ModelUse {
  if (use.model !== before.model) return use;
  const usage = resized(use.usage, before.inputTokens, after.inputTokens);
  return { model: after.model, usage: cache === null ? usage : cached(usage, cache, after.inputTokens) };
}

/** The same work without a change. */
export function undo({ before, after, cache }: Effect, use: ModelUse): ModelUse {
  if (use.model !== after.model) return use;
  const { usage } = cache === null ? use : (withoutCache(use) ?? use);
  return { model: before.model, usage: resized(usage, after.inputTokens, before.inputTokens) };
}

/** How much less the second costs than the first, in whole nano-dollars; `null` where a price is not known. */
export function difference(costOf: PriceUsage, first: ModelUse, second: ModelUse, atMs: number): number | null {
  if (first === second) return 0;
  const [before, after] = [first, second].map((use) => nanoUsdOf(costOf, use, atMs));
  return before == null || after == null ? null : before - after;
}

/** What there is more or less of is read fresh, as nothing before a breakpoint is left out. */
function resized(usage: Usage, fromTokens: number, toTokens: number): Usage {
  if (fromTokens === toTokens || fromTokens === 0) return usage;
  const change = Math.round(promptTokens(usage) * (toTokens / fromTokens - 1));
  return { ...usage, inputTokens: Math.max(0, usage.inputTokens + change) };
}

function cached(usage: Usage, { readTokens, writeTokens }: ExpectedCache, estimatedTokens: number): Usage {
  const all = promptTokens(usage);
  const share = estimatedTokens === 0 ? 0 : all / estimatedTokens;
  const cacheReadTokens = Math.min(all, Math.round(readTokens * share));
  const cacheWrite5mTokens = Math.min(all - cacheReadTokens, Math.round(writeTokens * share));
  return { ...usage, inputTokens: all - cacheReadTokens - cacheWrite5mTokens, cacheReadTokens, cacheWrite5mTokens };
}

function promptTokens({ inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens }: TokenUsage): number {
  return inputTokens + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens;
}
