import type { Clock } from '../../call/clock.js';
import { estimateRequestTokens } from '../../call/request-tokens.js';
import { cacheWritesOf } from '../../cost/pricing/cache-breakpoints.js';
import { objectsIn } from '../content.js';
import type { ExpectedCache, OptimizationStrategy, Proposal, RequestChanges, StrategyRequest } from '../strategy.js';
import { markHead, markLastMessage } from './cache-marks.js';
import type { CacheBreakpointsOptions } from './cache-breakpoints.options.js';
import { minimumCacheable } from './minimum-cacheable.js';
import { prefixKey, StablePrefixes } from './stable-prefixes.js';

/** A beginning of a request that may be marked at its end. */
interface Prefix {
  readonly key: string;
  readonly tokens: number;
}

/** The messages of a request, as far as they came before and as a whole. */
interface Conversation {
  readonly earlier: Prefix;
  readonly whole: Prefix;
  /** Whether the earlier part came before. */
  readonly goesOn: boolean;
}

/** What a turn adds to a conversation: an answer and the next question. */
const TURN_MESSAGES = 2;

/**
 * Marks the end of tools and system prompt where they came before within the cache's five minutes, and the end of a
 * conversation that goes on. Nothing is marked when it is first seen: what never comes again would be written, at a
 * surcharge, for nobody. A request with a breakpoint of the caller's own is left alone.
 */
export class CacheBreakpointsStrategy implements OptimizationStrategy {
  readonly name = 'cache-breakpoints';
  readonly #prefixes: StablePrefixes;
  readonly #minimumOf: (model: string) => number;

  constructor({ minimumTokens }: Omit<CacheBreakpointsOptions, 'use'>, clock: Clock) {
    this.#prefixes = new StablePrefixes(clock);
    this.#minimumOf = minimumCacheable(minimumTokens);
  }

  propose(request: StrategyRequest): Proposal | null {
    const { params, model, inputTokens } = request;
    const minimum = this.#minimumOf(model);
    if (inputTokens < minimum || cacheWritesOf(params) !== null) return null;
    const head = headOf(request);
    const headMarks = head.tokens >= minimum && this.#prefixes.isStable(head.key) ? markHead(params) : null;
    const conversation = this.#conversation(request, head);
    const tailMarks = conversation.goesOn ? markLastMessage(params['messages']) : null;
    const marked = tailMarks !== null ? inputTokens : head.tokens;
    const cache = this.#expected(marked, head, conversation);
    this.#prefixes.note(head.key, headMarks !== null);
    this.#prefixes.note(conversation.whole.key, tailMarks !== null);
    if (headMarks === null && tailMarks === null) return null;
    return { reason: reasonOf(headMarks, tailMarks), changes: { ...headMarks, ...tailMarks }, cache };
  }

  #conversation({ params, model, inputTokens }: StrategyRequest, head: Prefix): Conversation {
    const messages = objectsIn(params['messages']);
    const earlier = messages.slice(0, -TURN_MESSAGES);
    const key = prefixKey(head.key, earlier);
    const goesOn = earlier.length > 0 && this.#prefixes.isStable(key);
    const tokens = goesOn ? head.tokens + estimateRequestTokens({ messages: earlier }, model) : 0;
    return { earlier: { key, tokens }, whole: { key: prefixKey(head.key, messages), tokens: inputTokens }, goesOn };
  }

  /** What should be in the cache already is read; what is marked beyond it is written. */
  #expected(markedTokens: number, head: Prefix, { earlier }: Conversation): ExpectedCache {
    const cached = [earlier, head].find(({ key }) => this.#prefixes.isCached(key));
    const readTokens = Math.min(markedTokens, cached?.tokens ?? 0);
    return { readTokens, writeTokens: markedTokens - readTokens };
  }
}

function headOf({ params: { tools, system }, model }: StrategyRequest): Prefix {
  return {
    key: prefixKey(model, [tools ?? null, system ?? null]),
    tokens: estimateRequestTokens({ tools, system }, model),
  };
}

function reasonOf(head: RequestChanges | null, tail: RequestChanges | null): string {
  const places = [
    ...(head === null ? [] : ['tools and system prompt']),
    ...(tail === null ? [] : ['the conversation']),
  ];
  return `Marked for the prompt cache, as the same came before within five minutes: ${places.join(', ')}.`;
}
