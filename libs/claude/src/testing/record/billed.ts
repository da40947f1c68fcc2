import type { Anthropic } from '@anthropic-ai/sdk';

/** One message the API would bill. */
export interface BilledMessage {
  readonly requestId: string;
  readonly messageId: string;
  /** The model that answered. */
  readonly model: string;
  readonly usage: Anthropic.Usage;
  /** Whether the whole answer was generated; a broken or abandoned stream bills its input and the part it got to. */
  readonly isComplete: boolean;
}

/** Tokens billed, in disjoint kinds. */
export interface BilledTotals {
  readonly messages: number;
  readonly inputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWrite5mInputTokens: number;
  readonly cacheWrite1hInputTokens: number;
  readonly outputTokens: number;
}

/** Everything the API would have billed so far. */
export interface Billed {
  readonly totals: BilledTotals;
  /** One by one; empty when `record` is `none`. */
  readonly messages: readonly BilledMessage[];
}

export const NOTHING_BILLED: BilledTotals = {
  messages: 0,
  inputTokens: 0,
  cacheReadInputTokens: 0,
  cacheWrite5mInputTokens: 0,
  cacheWrite1hInputTokens: 0,
  outputTokens: 0,
};

export function addUsage(totals: BilledTotals, usage: Anthropic.Usage): BilledTotals {
  return {
    messages: totals.messages + 1,
    inputTokens: totals.inputTokens + usage.input_tokens,
    cacheReadInputTokens: totals.cacheReadInputTokens + (usage.cache_read_input_tokens ?? 0),
    cacheWrite5mInputTokens: totals.cacheWrite5mInputTokens + (usage.cache_creation?.ephemeral_5m_input_tokens ?? 0),
    cacheWrite1hInputTokens: totals.cacheWrite1hInputTokens + (usage.cache_creation?.ephemeral_1h_input_tokens ?? 0),
    outputTokens: totals.outputTokens + usage.output_tokens,
  };
}
