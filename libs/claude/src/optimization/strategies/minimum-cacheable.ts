import { undatedModelId } from '../../cost/pricing/plain-model-id.js';
import type { CacheBreakpointsOptions } from './cache-breakpoints.options.js';

/** No model is known to ask for more. */
const MOST_ASKED = 4_096;

/** What models ask for that ask for less ("Prompt caching" in the Anthropic API docs, as commonly observed). */
const MINIMUM_TOKENS: Readonly<Record<string, number>> = {
  'claude-opus-4-1': 1_024,
  'claude-opus-4': 1_024,
  'claude-sonnet-4-5': 1_024,
  'claude-sonnet-4': 1_024,
};

/** How many tokens a prefix must have to be cached, by model. */
export function minimumCacheable(given: CacheBreakpointsOptions['minimumTokens']): (model: string) => number {
  if (typeof given === 'number') return () => given;
  const own = Object.entries(given ?? {}).map(([model, tokens]) => [undatedModelId(model), tokens] as const);
  const byModel = new Map([...Object.entries(MINIMUM_TOKENS), ...own]);
  return (model) => byModel.get(undatedModelId(model)) ?? MOST_ASKED;
}
