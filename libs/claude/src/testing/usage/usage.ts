import type { Anthropic } from '@anthropic-ai/sdk';
import type { InputTokens } from './prompt-cache.js';

/** What decides a usage beside the prompt's tokens. */
export interface UsageFacts {
  readonly outputTokens: number;
  /** `null` when the model did not think. */
  readonly thinkingTokens: number | null;
  readonly serviceTier: 'standard' | 'batch';
  readonly inferenceGeo: string | null;
  readonly speed: 'standard' | 'fast';
}

/** A usage as the API reports it at the end of a message. */
export function usageOf(input: InputTokens, facts: UsageFacts): Anthropic.Usage {
  return {
    input_tokens: input.fresh,
    cache_creation_input_tokens: input.write5m + input.write1h,
    cache_read_input_tokens: input.read,
    cache_creation: { ephemeral_5m_input_tokens: input.write5m, ephemeral_1h_input_tokens: input.write1h },
    output_tokens: facts.outputTokens,
    output_tokens_details: facts.thinkingTokens === null ? null : { thinking_tokens: facts.thinkingTokens },
    server_tool_use: null,
    service_tier: facts.serviceTier,
    inference_geo: facts.inferenceGeo,
    speed: facts.speed,
  };
}

/** The usage of `message_start`: the input is final, `output_tokens` a placeholder. */
export function usageAtStart(usage: Anthropic.Usage): Anthropic.Usage {
  return { ...usage, output_tokens: 1, output_tokens_details: null, server_tool_use: null };
}

/** The cumulative usage of `message_delta`. */
export function usageAtEnd(usage: Anthropic.Usage): Anthropic.MessageDeltaUsage {
  return {
    input_tokens: usage.input_tokens,
    cache_creation_input_tokens: usage.cache_creation_input_tokens,
    cache_read_input_tokens: usage.cache_read_input_tokens,
    output_tokens: usage.output_tokens,
    output_tokens_details: usage.output_tokens_details,
    server_tool_use: usage.server_tool_use,
  };
}

/** Input that counts against the input limit: all but cache reads ("Rate limits" in the Anthropic API docs). */
export function limitedInputTokens(usage: Anthropic.Usage): number {
  return usage.input_tokens + (usage.cache_creation_input_tokens ?? 0);
}

/** What is billed when an answer broke off: all of the input, and the part of the output that was generated. */
export function usageOfPart(usage: Anthropic.Usage, generatedTokens: number, allTokens: number): Anthropic.Usage {
  if (generatedTokens >= allTokens) return usage;
  const part = generatedTokens / allTokens;
  const details = usage.output_tokens_details;
  const output = Math.round(usage.output_tokens * part);
  const thinking = details && { thinking_tokens: Math.min(output, details.thinking_tokens) };
  return { ...usage, output_tokens: output, output_tokens_details: thinking };
}
