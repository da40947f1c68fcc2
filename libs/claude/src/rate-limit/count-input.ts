import type { Anthropic } from '@anthropic-ai/sdk';
import type { Call } from '../call/call.js';
import { callContext } from '../call/context.js';

/** What the API wants to know of a request to count it; everything else it would refuse. */
const COUNTED = [
  'billing_policy',
  'cache_control',
  'compaction',
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
  'user_profile_id',
  'workspace_id',
] as const;

/** A count that takes longer, the wait for its own limit included, is not worth waiting for. */
const LONGEST_MS = 5_000;

/**
 * Asks the API what the input of a call comes to. It is free, and has a limit of its own.
 *
 * @returns `null` when it could not be told: the call is not to fail for that.
 */
export async function countInput(client: Anthropic, call: Call): Promise<number | null> {
  const { operation, params, interruption } = call;
  if (operation.usage !== 'message' || typeof params !== 'object' || params === null || interruption) return null;
  const { messages } = operation.beta ? client.beta : client;
  const controller = new AbortController();
  call.wakeOnInterruption(() => controller.abort());
  try {
    const counted = countedOf(call, params as Readonly<Record<string, unknown>>);
    const { input_tokens: inputTokens } = await messages.countTokens(
      counted as never,
      optionsOf(call, controller.signal),
    );
    return inputTokens;
  } catch {
    return null;
  } finally {
    call.wakeOnInterruption(null);
  }
}

function countedOf(call: Call, params: Readonly<Record<string, unknown>>): object {
  const given: typeof params = { ...params, model: call.effectiveModel };
  const counted = COUNTED.filter((key) => given[key] !== undefined).map((key) => [key, given[key]] as const);
  const betas = call.operation.beta ? betasOf(call)?.split(',') : undefined;
  return { ...Object.fromEntries(counted), ...(betas && { betas }) };
}

/** Counted for whom the call is made, in no more time than the call itself has. */
function optionsOf(call: Call, signal: AbortSignal): Anthropic.RequestOptions {
  const timeout = Math.max(1, Math.min(call.leftMs, LONGEST_MS));
  const betas = call.operation.beta ? null : betasOf(call);
  return {
    ...callContext({ ...call.context, deadlineMs: timeout }),
    ...(betas === null ? {} : { headers: { 'anthropic-beta': betas } }),
    maxRetries: 0,
    timeout,
    signal,
  };
}

/** What a request needs a beta for, its count needs it for, too. */
function betasOf(call: Call): string | null {
  return call.request.headers.get('anthropic-beta');
}
