import type { ClaudeModuleOptions } from '../claude.options.js';
import { RETRY_DEFAULTS } from '../retry/retry.options.js';
import { TIMEOUT_DEFAULTS } from './timeout-defaults.js';

/** Options that are fine by themselves and cannot hold together, or would do nothing. */
export function contradictions({ apiKey, client, retry, timeouts, transport }: ClaudeModuleOptions): string[] {
  return [
    ...twoCredentials(apiKey, client),
    ...(retry ? ordered('retry', retry, RETRY_DEFAULTS, 'baseDelayMs', 'maxDelayMs') : []),
    ...(retry ? ordered('retry', retry, RETRY_DEFAULTS, 'overloadedBaseDelayMs', 'overloadedMaxDelayMs') : []),
    // An attempt that is not set is bounded by the deadline, so only one that is set can contradict it.
    ...(timeouts?.attemptMs ? ordered('timeouts', timeouts, TIMEOUT_DEFAULTS, 'attemptMs', 'deadlineMs') : []),
    ...(typeof transport === 'object' ? deafTransport(transport) : []),
  ];
}

function twoCredentials(apiKey: ClaudeModuleOptions['apiKey'], client: ClaudeModuleOptions['client']): string[] {
  const given = (['authToken', 'config', 'credentials', 'profile'] as const)
    .filter((name) => client?.[name] != null)
    .map((name) => `\`client.${name}\``);
  const all = apiKey === undefined ? given : ['`apiKey`', ...given];
  return all.length < 2 ? [] : [`${all.join(' and ')} are all credentials: keep one of them.`];
}

function ordered<K extends string>(
  group: string,
  given: { readonly [key in K]?: number },
  defaults: { readonly [key in K]: number },
  lower: K,
  upper: K,
): string[] {
  if ((given[lower] ?? defaults[lower]) <= (given[upper] ?? defaults[upper])) return [];
  return [`\`${group}.${lower}\` must not be above \`${group}.${upper}\`: lower the one or raise the other.`];
}

/** The platform's fetch, or one of the user's own, cannot be tuned from here. */
function deafTransport({
  kind,
  fetch,
  ...tuning
}: Exclude<ClaudeModuleOptions['transport'], string | undefined>): string[] {
  if (kind === 'undici' && fetch !== undefined) {
    return ["`transport.fetch` and `transport.kind: 'undici'` exclude each other: keep one of them."];
  }
  const unheard = Object.keys(tuning).map((name) => `\`transport.${name}\``);
  if ((kind !== 'fetch' && fetch === undefined) || unheard.length === 0) return [];
  return [
    `${unheard.join(', ')} would do nothing with a \`fetch\` that is not ours: remove them, or use kind 'undici'.`,
  ];
}
