import type { EndpointOptions } from 'nestjs-claude';
import type { RecordedRequest, SimulatorOptions } from 'nestjs-claude/testing';
import { bootClaude, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';

/** The simulator's keys, each an organization of its own. */
export const KEYS = ['sk-ant-alpha-0123456789', 'sk-ant-beta-0123456789', 'sk-ant-gamma-0123456789'] as const;

/** Three endpoints, each an organization of its own. */
export const THREE: readonly EndpointOptions[] = KEYS.map((key, index) => ({
  name: `e${index + 1}`,
  key,
  limitDomain: `org-${index + 1}`,
}));

type Options = NonNullable<Parameters<typeof bootClaude>[0]>;

/** A module with endpoints against a simulator that knows their keys. Limits are off unless they are given. */
export function bootEndpoints(
  endpoints: readonly EndpointOptions[],
  options: Options = {},
  simulator: SimulatorOptions = {},
): Promise<ClaudeHarness> {
  return bootClaude({ rateLimit: false, ...options, endpoints }, { apiKeys: KEYS, ...simulator });
}

/** How many requests each key made. */
export function perKey(requests: readonly RecordedRequest[]): number[] {
  const counts = KEYS.map(() => 0);
  for (const { apiKeyIndex } of requests)
    if (apiKeyIndex !== null) counts[apiKeyIndex] = (counts[apiKeyIndex] ?? 0) + 1;
  return counts;
}

/** So many calls, one after another. */
export async function callInTurn({ claude }: ClaudeHarness, calls: number): Promise<void> {
  for (let made = 0; made < calls; made += 1) await claude.messages.create(PARAMS);
}
