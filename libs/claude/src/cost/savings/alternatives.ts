import type { TokenUsage, Usage } from '../../call/usage.js';
import { undatedModelId } from '../pricing/plain-model-id.js';
import type { SavingsSettings } from './savings.options.js';

/** What an attempt used, and of which model; or what it could have used in its stead. */
export interface ModelUse {
  readonly model: string | null;
  readonly usage: Usage;
}

/** The same work had there been no prompt cache; `null` where it took no part. */
export function withoutCache({ model, usage }: ModelUse): ModelUse | null {
  const { iterations, hops } = usage;
  if (![usage, ...iterations].some((tokens) => cachedTokens(tokens) > 0)) return null;
  const fresh = {
    ...asFresh(usage),
    iterations: iterations.map((iteration) => asFresh(iteration)),
    hops: hops?.map((hop) => asFresh(hop)) ?? null,
  };
  return { model, usage: fresh };
}

/** How many tokens of a prompt that was read fresh are thought to repeat; 0 where the cache was used, or cannot be. */
export function repeatedTokens(usage: Usage, { repeatedShare, minimumCacheTokens }: SavingsSettings): number {
  if (usage.quality !== 'complete' || !isPlain(usage) || cachedTokens(usage) > 0) return 0;
  const repeated = Math.floor(usage.inputTokens * repeatedShare);
  return repeated < minimumCacheTokens ? 0 : repeated;
}

/** The same work with a part of its prompt read from the cache, or written to it for five minutes. */
export function withCache({ model, usage }: ModelUse, repeated: number, isWarm: boolean): ModelUse {
  const inputTokens = usage.inputTokens - repeated;
  const cached = isWarm ? { cacheReadTokens: repeated } : { cacheWrite5mTokens: repeated };
  return { model, usage: { ...usage, inputTokens, ...cached } };
}

/** The same work in a message batch, where there is no fast mode; `null` where it was in one. */
export function inBatch({ model, usage }: ModelUse): ModelUse | null {
  if (usage.quality !== 'complete' || usage.serviceTier === 'batch') return null;
  return { model, usage: { ...usage, serviceTier: 'batch', speed: null } };
}

/** The same work by a smaller model; `null` where there is none, or the work is not small. */
export function bySmallerModel({ model, usage }: ModelUse, settings: SavingsSettings): ModelUse | null {
  if (model === null || !isShort(usage, settings)) return null;
  const { smallerModels } = settings;
  const plainId = undatedModelId(model);
  const smaller = Object.hasOwn(smallerModels, plainId) ? smallerModels[plainId] : undefined;
  return smaller === undefined ? null : { model: smaller, usage: { ...usage, speed: null } };
}

/** Short, and nothing in it that tells of harder work. */
function isShort(usage: Usage, { shortPromptTokens, shortAnswerTokens }: SavingsSettings): boolean {
  return (
    usage.quality === 'complete' &&
    isPlain(usage) &&
    usage.thinkingTokens + usage.webSearchRequests + usage.webFetchRequests === 0 &&
    usage.inputTokens + cachedTokens(usage) <= shortPromptTokens &&
    usage.outputTokens <= shortAnswerTokens
  );
}

/** Whether one model answered at once, without compaction, advisors or fallbacks of the API. */
function isPlain({ iterations, hops }: Usage): boolean {
  return iterations.length === 0 && hops?.length === 0;
}

function cachedTokens({ cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens }: TokenUsage): number {
  return cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens;
}

function asFresh<T extends TokenUsage>(tokens: T): T {
  const inputTokens = tokens.inputTokens + cachedTokens(tokens);
  return { ...tokens, inputTokens, cacheReadTokens: 0, cacheWrite5mTokens: 0, cacheWrite1hTokens: 0 };
}
