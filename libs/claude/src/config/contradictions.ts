import type { StoreOutageOptions } from '../admission/store-outage.options.js';
import { CIRCUIT_DEFAULTS, type CircuitOptions } from '../circuit/circuit.options.js';
import type { ClaudeModuleOptions, PassedClientOptions, TimeoutOptions } from '../claude.options.js';
import { KEY_CACHE_DEFAULTS, type KeyCacheOptions } from '../keys/key-cache.options.js';
import { isKeySource } from '../keys/key-source.js';
import {
  RETRY_BUDGET_DEFAULTS,
  RETRY_DEFAULTS,
  type RetryBudgetOptions,
  type RetryOptions,
} from '../retry/retry.options.js';
import { endpointContradictions, endpointNames } from './endpoint-contradictions.js';
import { healthContradictions } from './health-contradictions.js';
import { ordered } from './ordered.js';
import { costContradictions } from './schema/cost.schema.js';
import { logContradictions } from './schema/log.schema.js';
import { optimizeContradictions } from './schema/optimize.schema.js';
import { rateLimitContradictions } from './rate-limit-contradictions.js';
import { TIMEOUT_DEFAULTS } from './timeout-defaults.js';

const OUTAGE_OF_MEMORY =
  "`storeOutage` would do nothing without `store`, as this process's memory always answers: set that too, or remove it.";

const NOBODY_TO_SHARE_WITH =
  '`circuit.shareOpenings` would do nothing without `store`, which replicas share: set that too, or remove it.';

/** Options that are fine by themselves and cannot hold together, or would do nothing. */
export function contradictions(options: ClaudeModuleOptions): string[] {
  const { apiKey, circuit, client, cost, health, keyCache, log, optimize, rateLimit, retry } = options;
  const { store, storeOutage, timeouts, tracing, transport } = options;
  return [
    ...twoCredentials(apiKey, client),
    ...(keyCache ? deafKeyCache(keyCache, options) : []),
    ...endpointContradictions(options),
    ...(retry ? ordered('retry', retry, RETRY_DEFAULTS, 'baseDelayMs', 'maxDelayMs') : []),
    ...(retry ? ordered('retry', retry, RETRY_DEFAULTS, 'overloadedBaseDelayMs', 'overloadedMaxDelayMs') : []),
    ...(retry ? fallbacks(retry) : []),
    ...(retry && retry.budget ? dryBudget(retry.budget) : []),
    ...(circuit ? ordered('circuit', circuit, CIRCUIT_DEFAULTS, 'baseOpenMs', 'maxOpenMs') : []),
    ...(circuit ? slowness(circuit, timeouts) : []),
    ...(circuit && circuit.shareOpenings && store === undefined ? [NOBODY_TO_SHARE_WITH] : []),
    ...(rateLimit ? rateLimitContradictions(rateLimit, retry ? retry.fallbackModels : undefined) : []),
    ...(cost ? costContradictions(cost, endpointNames(options)) : []),
    ...(log ? logContradictions(log) : []),
    ...twoTracings(tracing, client?.openTelemetry),
    ...(optimize ? optimizeContradictions(optimize.strategies) : []),
    ...(storeOutage !== undefined && store === undefined ? [OUTAGE_OF_MEMORY] : []),
    ...(storeOutage ? uncountedReplicas(storeOutage) : []),
    ...(health ? healthContradictions(health, options) : []),
    // An attempt that is not set is bounded by the deadline, so only one that is set can contradict it.
    ...(timeouts?.attemptMs ? ordered('timeouts', timeouts, TIMEOUT_DEFAULTS, 'attemptMs', 'deadlineMs') : []),
    ...(typeof transport === 'object' ? deafTransport(transport) : []),
  ];
}

/** Only shares are divided by them. */
function uncountedReplicas({ limits = 'local', replicas }: StoreOutageOptions): string[] {
  if (replicas === undefined || limits === 'local') return [];
  return [
    `\`storeOutage.replicas\` would do nothing with \`storeOutage.limits\` '${limits}': remove it, or keep limits 'local'.`,
  ];
}

function twoTracings(tracing: ClaudeModuleOptions['tracing'], given: PassedClientOptions['openTelemetry']): string[] {
  if (typeof tracing !== 'boolean' || given === undefined || tracing === (given !== false)) return [];
  return [`\`tracing\` ${tracing} and \`client.openTelemetry\` exclude each other: keep one of them.`];
}

/** A fallback that can never take over. */
function fallbacks({ fallbackModels = {}, maxAttempts }: RetryOptions): string[] {
  const models = Object.keys(fallbackModels);
  const own = models
    .filter((model) => fallbackModels[model]?.includes(model))
    .map((model) => `\`retry.fallbackModels.${model}\` names the model itself: remove it from its own list.`);
  if (maxAttempts !== 1 || models.length === 0) return own;
  return [...own, '`retry.fallbackModels` would do nothing with `retry.maxAttempts` 1: allow a second attempt.'];
}

/** A budget that nothing flows into would end all retries for good once it is used up. */
function dryBudget({
  tokensPerCall = RETRY_BUDGET_DEFAULTS.tokensPerCall,
  tokensPerMinute = RETRY_BUDGET_DEFAULTS.tokensPerMinute,
}: RetryBudgetOptions): string[] {
  if (tokensPerCall > 0 || tokensPerMinute > 0) return [];
  return [
    '`retry.budget.tokensPerCall` and `retry.budget.tokensPerMinute` are both 0: let one of them refill the budget.',
  ];
}

function slowness(
  { slowCallDurationThresholdMs, slowCallRateThreshold }: CircuitOptions,
  { attemptMs, deadlineMs }: TimeoutOptions = {},
): string[] {
  const limitMs = attemptMs ?? Math.min(TIMEOUT_DEFAULTS.attemptMs, deadlineMs ?? TIMEOUT_DEFAULTS.deadlineMs);
  if (slowCallDurationThresholdMs !== undefined && slowCallDurationThresholdMs >= limitMs) {
    return [
      `\`circuit.slowCallDurationThresholdMs\` would do nothing at or above the ${limitMs} ms that an attempt may take: lower it, or raise \`timeouts.attemptMs\`.`,
    ];
  }
  if (slowCallRateThreshold === undefined || slowCallDurationThresholdMs !== undefined) return [];
  return [
    '`circuit.slowCallRateThreshold` would do nothing without `circuit.slowCallDurationThresholdMs`: set that too, or remove it.',
  ];
}

function deafKeyCache(cache: KeyCacheOptions, { apiKey, endpoints }: ClaudeModuleOptions): string[] {
  const given = endpoints === undefined ? [apiKey].flat() : endpoints.map(({ key }) => key);
  // Without one the key may come from a store of this machine, which is a source too.
  if (given.some((key) => (key === undefined && endpoints === undefined) || isKeySource(key))) {
    return ordered('keyCache', cache, KEY_CACHE_DEFAULTS, 'refreshMs', 'maxAgeMs');
  }
  return ['`keyCache` would do nothing with keys that come from no key source: remove it, or give a source.'];
}

function twoCredentials(apiKey: ClaudeModuleOptions['apiKey'], client: ClaudeModuleOptions['client']): string[] {
  const given = (['authToken', 'config', 'credentials', 'profile'] as const)
    .filter((name) => client?.[name] != null)
    .map((name) => `\`client.${name}\``);
  const all = apiKey === undefined ? given : ['`apiKey`', ...given];
  return all.length < 2 ? [] : [`${all.join(' and ')} are all credentials: keep one of them.`];
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
