import type { Middleware } from '@anthropic-ai/sdk';
import type { AdmissionStore } from '../admission/admission-store.js';
import { STORE_OUTAGE_DEFAULTS, type StoreOutageSettings } from '../admission/store-outage.options.js';
import { EMPTY_CONTEXT, type CallContext } from '../call/context.js';
import { MAX_EVENT_BYTES } from '../call/event-scanner.js';
import type { StageInsertion } from '../call/pipeline.js';
import { CIRCUIT_DEFAULTS, type CircuitSettings } from '../circuit/circuit.options.js';
import type { ClaudeModuleOptions, PassedClientOptions, TimeoutOptions } from '../claude.options.js';
import { COST_DEFAULTS, type CostSettings } from '../cost/cost.options.js';
import { InvalidOptionsError } from '../errors/errors.js';
import { healthOf } from '../health/resolve-health.js';
import type { HealthSettings } from '../health/health.options.js';
import { keyProblem } from '../keys/check-key.js';
import { KEY_CACHE_DEFAULTS, type KeyCacheSettings } from '../keys/key-cache.options.js';
import { isKeySource, type ClaudeKeySource, type GivenKey, type KeyOrigin } from '../keys/key-source.js';
import { OPTIMIZE_DEFAULTS, type OptimizeSettings } from '../optimization/optimize.options.js';
import type { RateLimitSettings } from '../rate-limit/rate-limit.options.js';
import { resolveRateLimits } from '../rate-limit/resolve-rate-limits.js';
import { conceal } from '../redaction/conceal.js';
import { LOG_DEFAULTS, LOG_LEVEL_DEFAULTS, type LogSettings } from '../observability/log.options.js';
import { REQUEST_DEFAULTS, type RequestSettings } from '../observability/requests.options.js';
import type { TracingOption } from '../observability/tracing/tracing.options.js';
import { RETRY_BUDGET_DEFAULTS, RETRY_DEFAULTS, type RetrySettings } from '../retry/retry.options.js';
import { endpointsOfKeys, resolveEndpoints, singleEndpoint, type Endpoints } from '../routing/resolve-endpoints.js';
import { PROBE_DEFAULTS, ROUTING_DEFAULTS, type RoutingSettings } from '../routing/routing.options.js';
import { resolveSanitization, type SanitizationSettings } from '../sanitization/sanitization.settings.js';
import type { TransportOptions } from '../transport/transport.js';
import { defined } from './defined.js';
import { BASE_URL_EXPECTED, isHttpUrl } from './schema/http-url.js';
import { TIMEOUT_DEFAULTS } from './timeout-defaults.js';
import { validateOptions } from './validate-options.js';

/** The module's options, validated, with every default filled in. Frozen. */
export interface ClaudeSettings {
  /** Where calls can go. Of one without key and client the SDK's own credentials are used. */
  readonly endpoints: Endpoints;
  readonly routing: RoutingSettings;
  readonly keyCache: KeyCacheSettings;
  readonly baseURL: string;
  readonly context: CallContext;
  readonly retry: RetrySettings;
  readonly circuit: CircuitSettings | false;
  readonly rateLimit: RateLimitSettings | false;
  readonly cost: CostSettings | false;
  readonly log: LogSettings | false;
  readonly requests: RequestSettings;
  readonly tracing: TracingOption;
  readonly optimize: OptimizeSettings | false;
  readonly sanitization: SanitizationSettings | false;
  /** `null` for the memory of this process. */
  readonly store: AdmissionStore | null;
  readonly storeOutage: StoreOutageSettings;
  readonly health: HealthSettings;
  readonly timeouts: Required<TimeoutOptions>;
  readonly transport: TransportOptions;
  readonly stages: readonly StageInsertion[];
  readonly middleware: readonly Middleware[];
  readonly client: PassedClientOptions;
  readonly maxEventBytes: number;
  readonly shutdownGraceMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables with which the SDK's own chain of credentials finds something without a key. */
export const SDK_CREDENTIALS = ['ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_PROFILE', 'ANTHROPIC_FEDERATION_RULE_ID'];

/**
 * Makes settings of options and environment.
 *
 * @param stored A key that is stored on this machine, for when neither options nor environment name any.
 * @throws InvalidOptionsError naming what cannot be accepted, or where a key was looked for in vain.
 */
export function resolveSettings(
  raw: unknown,
  env: Environment = process.env,
  stored: ClaudeKeySource | null = null,
): ClaudeSettings {
  const options = validateOptions(raw ?? {});
  return Object.freeze({
    endpoints: endpointsOf(options, env, stored),
    routing: routingOf(options.routing),
    keyCache: Object.freeze({ ...KEY_CACHE_DEFAULTS, ...defined(options.keyCache) }),
    baseURL: baseUrlOf(options, env),
    context: options.context ?? EMPTY_CONTEXT,
    retry: retryOf(options.retry),
    circuit: circuitOf(options.circuit),
    rateLimit: options.rateLimit === false ? false : resolveRateLimits(options.rateLimit),
    cost: costOf(options.cost),
    log: logOf(options.log),
    requests: requestsOf(options.requests),
    tracing: options.tracing ?? 'auto',
    optimize: optimizeOf(options.optimize),
    sanitization: options.sanitization === false ? false : resolveSanitization(options.sanitization),
    store: options.store ?? null,
    storeOutage: Object.freeze({ ...STORE_OUTAGE_DEFAULTS, ...defined(options.storeOutage) }),
    health: healthOf(options.health),
    timeouts: timeoutsOf(options.timeouts),
    transport: conceal(
      typeof options.transport === 'string' ? { kind: options.transport } : defined(options.transport),
      'options of the transport',
    ),
    stages: options.stages ?? [],
    middleware: options.middleware ?? [],
    client: conceal(defined(options.client), 'options of the client'),
    maxEventBytes: options.maxEventBytes ?? MAX_EVENT_BYTES,
    shutdownGraceMs: options.shutdownGraceMs ?? 30_000,
  });
}

function costOf(options: ClaudeModuleOptions['cost']): CostSettings | false {
  if (options === false) return false;
  const settings = { ...COST_DEFAULTS, ...defined(options) };
  return Object.freeze({ ...settings, reconciliation: conceal(settings.reconciliation, 'options of reconciliation') });
}

function retryOf(options: ClaudeModuleOptions['retry']): RetrySettings {
  if (options === false) return Object.freeze({ ...RETRY_DEFAULTS, maxAttempts: 1 });
  const { budget, fallbackModels, ...rest } = defined(options);
  return Object.freeze({
    ...RETRY_DEFAULTS,
    ...rest,
    budget: budget === false ? false : Object.freeze({ ...RETRY_BUDGET_DEFAULTS, ...defined(budget) }),
    fallbackModels: Object.freeze({ ...fallbackModels }),
  });
}

function routingOf(options: ClaudeModuleOptions['routing']): RoutingSettings {
  const { probe, ...rest } = defined(options);
  return Object.freeze({
    ...ROUTING_DEFAULTS,
    ...rest,
    ...(probe ? { probe: Object.freeze({ ...PROBE_DEFAULTS, ...defined(probe) }) } : {}),
  });
}

function circuitOf(options: ClaudeModuleOptions['circuit']): CircuitSettings | false {
  return options === false ? false : Object.freeze({ ...CIRCUIT_DEFAULTS, ...defined(options) });
}

function logOf(options: ClaudeModuleOptions['log']): LogSettings | false {
  if (options === false) return false;
  const { levels, ...rest } = defined(options);
  return Object.freeze({
    ...LOG_DEFAULTS,
    ...rest,
    levels: Object.freeze({ ...LOG_LEVEL_DEFAULTS, ...defined(levels) }),
  });
}

function requestsOf(options: ClaudeModuleOptions['requests']): RequestSettings {
  const { correlationHeader, ...rest } = { ...REQUEST_DEFAULTS, ...defined(options) };
  return Object.freeze({ ...rest, correlationHeader: correlationHeader.toLowerCase() });
}

function optimizeOf(options: ClaudeModuleOptions['optimize'] = false): OptimizeSettings | false {
  if (options === false) return false;
  const { strategies, dryRun = OPTIMIZE_DEFAULTS.dryRun } = options;
  return Object.freeze({ strategies, dryRun });
}

/** A deadline below the default of an attempt bounds the attempt as well. */
function timeoutsOf(options: TimeoutOptions | undefined): Required<TimeoutOptions> {
  const limits = defined(options);
  const { deadlineMs = TIMEOUT_DEFAULTS.deadlineMs } = limits;
  const attemptMs = Math.min(TIMEOUT_DEFAULTS.attemptMs, deadlineMs);
  return Object.freeze({ ...TIMEOUT_DEFAULTS, attemptMs, ...limits });
}

function endpointsOf(options: ClaudeModuleOptions, env: Environment, stored: ClaudeKeySource | null): Endpoints {
  const { apiKey, endpoints } = options;
  if (endpoints !== undefined) return resolveEndpoints(endpoints, originOf);
  if (isList(apiKey)) return endpointsOfKeys(apiKey.map((key, index) => originOf(key, `\`apiKey[${index}]\``)));
  return singleEndpoint(namedKey(options, env) ?? stored ?? noKey(options, env));
}

function originOf(key: GivenKey, path: string): KeyOrigin {
  if (typeof key === 'function') return { ask: key };
  return isKeySource(key) ? key : constant(checkKey(key, path));
}

function isList(apiKey: ClaudeModuleOptions['apiKey']): apiKey is readonly GivenKey[] {
  return Array.isArray(apiKey);
}

/** The key that options or environment name; `null` when they name none, or credentials of the SDK's own. */
function namedKey({ apiKey, client }: ClaudeModuleOptions, env: Environment): KeyOrigin | null {
  if (apiKey !== undefined && !isList(apiKey)) return originOf(apiKey, '`apiKey`');
  if (namesSdkCredentials(client)) return null;
  const key = env['ANTHROPIC_API_KEY'];
  return key === undefined ? null : constant(checkKey(key, 'ANTHROPIC_API_KEY'));
}

/** Whether options or environment say what to authorize calls with, right or wrong, so that nothing else is looked for. */
export function namesCredentials(raw: unknown, env: Environment): boolean {
  if (typeof raw !== 'object' || raw === null) return raw != null || isNamed(env);
  const { apiKey, endpoints, client } = raw as ClaudeModuleOptions;
  return apiKey !== undefined || endpoints !== undefined || namesSdkCredentials(client) || isNamed(env);
}

function isNamed(env: Environment): boolean {
  return env['ANTHROPIC_API_KEY'] !== undefined || SDK_CREDENTIALS.some((name) => env[name]);
}

function namesSdkCredentials(client: ClaudeModuleOptions['client']): boolean {
  return Boolean(client?.authToken ?? client?.config ?? client?.credentials ?? client?.profile);
}

function noKey({ client }: ClaudeModuleOptions, env: Environment): null {
  if (namesSdkCredentials(client) || SDK_CREDENTIALS.some((name) => env[name])) return null;
  throw new InvalidOptionsError(
    "There is no API key: neither the option `apiKey` nor ANTHROPIC_API_KEY is set, nor any of the SDK's other credentials " +
      `(\`client.authToken\`, \`client.credentials\`, \`client.config\`, \`client.profile\`, ${SDK_CREDENTIALS.join(', ')}). ` +
      'and none is stored in the keyring of this machine (not looked for in containers) or in the encrypted key file. ' +
      'Set one of them, or store a key with `npx nestjs-claude key set`; `nestjs-claude/testing` has a simulator that needs none.',
  );
}

/** A closure, not a property: what is inspected or serialized shows a function. */
function constant(key: string): KeyOrigin {
  return { value: () => key };
}

/** @throws InvalidOptionsError for a key that no header could carry. */
function checkKey(given: string, source: string): string {
  const key = given.trim();
  const problem = keyProblem(key);
  if (problem !== null)
    throw new InvalidOptionsError(`${source} ${problem}: set it to the key, as one line, or remove it.`);
  return key;
}

function baseUrlOf({ baseURL }: ClaudeModuleOptions, env: Environment): string {
  const url = baseURL ?? env['ANTHROPIC_BASE_URL']?.trim();
  if (url === undefined || url === '') return 'https://api.anthropic.com';
  if (!isHttpUrl(url)) throw new InvalidOptionsError(`ANTHROPIC_BASE_URL must be ${BASE_URL_EXPECTED}.`);
  return url.replace(/\/+$/, '');
}
