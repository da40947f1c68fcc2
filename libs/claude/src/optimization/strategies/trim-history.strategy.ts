import { estimateRequestTokens } from '../../call/request-tokens.js';
import { isFields, type Fields } from '../../call/token-walk.js';
import { cacheWritesOf } from '../../cost/pricing/cache-breakpoints.js';
import { blockTypesIn } from '../content.js';
import { turnStarts } from '../exchanges.js';
import type { OptimizationStrategy, Proposal, RequestFields, StrategyRequest } from '../strategy.js';
import type { TrimHistorySettings } from './trim-history.options.js';

/** Blocks that later turns may depend on without naming them. */
const LASTING_BLOCKS = ['container_upload', 'compaction'];

interface Turn {
  readonly messages: readonly Fields[];
  readonly tokens: number;
}

/**
 * Leaves out turns from the middle of long conversations, the oldest first: the system prompt, the first turn and the last
 * ones stay, and so does everything up to the caller's last cache breakpoint, which a gap would make worthless.
 */
export class TrimHistoryStrategy implements OptimizationStrategy {
  readonly name = 'trim-history';

  constructor(private readonly settings: TrimHistorySettings) {}

  propose(request: StrategyRequest): Proposal | null {
    const { params, inputTokens } = request;
    const { maxInputTokens } = this.settings;
    if (inputTokens <= maxInputTokens || !mayTrim(params)) return null;
    const turns = turnsOf(params['messages'], request.model);
    const dropped = this.#dropped(turns, inputTokens - maxInputTokens);
    if (dropped.size === 0) return null;
    const kept = turns.filter((turn) => !dropped.has(turn));
    const tokens = [...dropped].reduce((sum, turn) => sum + turn.tokens, 0);
    const what = `${dropped.size} of ${turns.length} turns, some ${Math.round(tokens)} tokens`;
    return {
      reason: `${what}, were left out: the input is above ${maxInputTokens} tokens.`,
      changes: { messages: kept.flatMap(({ messages }) => messages) },
    };
  }

  /** As many as it takes, the oldest first, and as many as may go where that is not enough. */
  #dropped(turns: readonly Turn[], excessTokens: number): ReadonlySet<Turn> {
    const dropped = new Set<Turn>();
    const lastCached = turns.findLastIndex(({ messages }) => cacheWritesOf({ messages }) !== null);
    let excess = excessTokens;
    for (const turn of turns.slice(Math.max(1, lastCached + 1), -this.settings.keepTurns)) {
      if (excess <= 0) break;
      if (isLasting(turn)) continue;
      dropped.add(turn);
      excess -= turn.tokens;
    }
    return dropped;
  }
}

/** Not where the API itself edits the conversation, or caches all of it. */
function mayTrim({ messages, cache_control: cached, context_management: edited }: RequestFields): boolean {
  return Array.isArray(messages) && messages.every(isFields) && cached == null && edited == null;
}

function turnsOf(list: unknown, model: string): readonly Turn[] {
  const all = list as readonly Fields[];
  const starts = turnStarts(all);
  return starts.map((start, index) => {
    const messages = all.slice(start, starts[index + 1]);
    return { messages, tokens: estimateRequestTokens({ messages }, model) };
  });
}

function isLasting({ messages }: Turn): boolean {
  if (messages.some(({ role }) => role === 'system')) return true;
  const types = blockTypesIn(messages);
  return LASTING_BLOCKS.some((type) => types.has(type));
}
