import type { Anthropic } from '@anthropic-ai/sdk';
import type { Call } from '../call/call.js';

/** What the API wants to know of a request to count it; everything else it would refuse. */
const COUNTED = [
  'cache_control',
  'context_management',
  'mcp_servers',
  'messages',
  'model',
  'output_config',
  'output_format',
  'speed',
  'system',
  'thinking',
  'tool_choice',
  'tools',
] as const;

/**
 * Asks the API what the input of a call comes to. It is free, and has a limit of its own.
 *
 * @returns `null` when it could not be told: the call is not to fail for that.
 */
export async function countInput(client: Anthropic, call: Call): Promise<number | null> {
  const { params, operation, effectiveModel, leftMs } = call;
  if (operation.usage !== 'message' || typeof params !== 'object' || params === null) return null;
  const given = { ...params, model: effectiveModel } as Record<string, unknown>;
  const counted = Object.fromEntries(COUNTED.filter((key) => given[key] !== undefined).map((key) => [key, given[key]]));
  const { messages } = operation.beta ? client.beta : client;
  try {
    const options = { maxRetries: 0, timeout: Math.max(1, Math.min(leftMs, LONGEST_MS)) };
    const { input_tokens: inputTokens } = await messages.countTokens(counted as never, options);
    return inputTokens;
  } catch {
    return null;
  }
}

/** A count that takes longer is not worth waiting for. */
const LONGEST_MS = 5_000;
