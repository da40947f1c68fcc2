import type { Middleware } from '@anthropic-ai/sdk';
import type { AdmissionStore } from '../admission/admission-store.js';
import { EMPTY_CONTEXT, type CallContext } from '../call/context.js';
import type { KeySupplier } from '../call/endpoint.js';
import { MAX_EVENT_BYTES } from '../call/event-scanner.js';
import type { StageInsertion } from '../call/pipeline.js';
import { CIRCUIT_DEFAULTS, type CircuitSettings } from '../circuit/circuit.options.js';
import type { ClaudeModuleOptions, PassedClientOptions, TimeoutOptions } from '../claude.options.js';
import { COST_DEFAULTS, type CostSettings } from '../cost/cost.options.js';
import { InvalidOptionsError } from '../errors/errors.js';
import { keyProblem } from '../keys/check-key.js';
import type { RateLimitSettings } from '../rate-limit/rate-limit.options.js';
import { resolveRateLimits } from '../rate-limit/resolve-rate-limits.js';
import { conceal } from '../redaction/conceal.js';
import { RETRY_BUDGET_DEFAULTS, RETRY_DEFAULTS, type RetrySettings } from '../retry/retry.options.js';
import type { TransportOptions } from '../transport/transport.js';
import { BASE_URL_EXPECTED, isHttpUrl } from './schema/http-url.js';
import { TIMEOUT_DEFAULTS } from './timeout-defaults.js';
import { validateOptions } from './validate-options.js';

/** The module's options, validated, with every default filled in. Frozen. */
export interface ClaudeSettings {
  /** Asked before every attempt; `null` when the SDK's own credentials are used. */
  readonly key: KeySupplier | null;
  readonly baseURL: string;
  readonly context: CallContext;
  readonly retry: RetrySettings;
  readonly circuit: CircuitSettings | false;
  readonly rateLimit: RateLimitSettings | false;
  readonly cost: CostSettings | false;
  /** `null` for the memory of this process. */
  readonly store: AdmissionStore | null;
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
const SDK_CREDENTIALS = ['ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_PROFILE', 'ANTHROPIC_FEDERATION_RULE_ID'];

/**
 * Makes settings of options and environment.
 *
 * @throws InvalidOptionsError naming what cannot be accepted, or where a key was looked for in vain.
 */
export function resolveSettings(raw: unknown, env: Environment = process.env): ClaudeSettings {
  const options = validateOptions(raw ?? {});
  return Object.freeze({
    key: keyOf(options, env),
    baseURL: baseUrlOf(options, env),
    context: options.context ?? EMPTY_CONTEXT,
    retry: retryOf(options.retry),
    circuit: circuitOf(options.circuit),
    rateLimit: options.rateLimit === false ? false : resolveRateLimits(options.rateLimit),
    cost: options.cost === false ? false : Object.freeze({ ...COST_DEFAULTS, ...defined(options.cost) }),
    store: options.store ?? null,
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

/** An option given as `undefined` is one that is not given, and must not stand in the way of its default. */
function defined<T extends object>(group: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(group ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
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

function circuitOf(options: ClaudeModuleOptions['circuit']): CircuitSettings | false {
  return options === false ? false : Object.freeze({ ...CIRCUIT_DEFAULTS, ...defined(options) });
}

/** A deadline below the default of an attempt bounds the attempt as well. */
function timeoutsOf(options: TimeoutOptions | undefined): Required<TimeoutOptions> {
  const limits = defined(options);
  const { deadlineMs = TIMEOUT_DEFAULTS.deadlineMs } = limits;
  const attemptMs = Math.min(TIMEOUT_DEFAULTS.attemptMs, deadlineMs);
  return Object.freeze({ ...TIMEOUT_DEFAULTS, attemptMs, ...limits });
}

function keyOf({ apiKey, client }: ClaudeModuleOptions, env: Environment): KeySupplier | null {
  if (typeof apiKey === 'function') return apiKey;
  if (apiKey !== undefined) return constant(checkKey(apiKey, '`apiKey`'));
  if (client?.authToken ?? client?.config ?? client?.credentials ?? client?.profile) return null;
  if (env['ANTHROPIC_API_KEY'] !== undefined) return constant(checkKey(env['ANTHROPIC_API_KEY'], 'ANTHROPIC_API_KEY'));
  if (SDK_CREDENTIALS.some((name) => env[name])) return null;
  throw new InvalidOptionsError(
    "There is no API key: neither the option `apiKey` nor ANTHROPIC_API_KEY is set, nor any of the SDK's other credentials " +
      `(\`client.authToken\`, \`client.credentials\`, \`client.config\`, \`client.profile\`, ${SDK_CREDENTIALS.join(', ')}). ` +
      'Set one of them; `nestjs-claude/testing` has a simulator that needs none.',
  );
}

/** A closure, not a property: what is inspected or serialized shows a function. */
function constant(key: string): KeySupplier {
  return () => key;
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
