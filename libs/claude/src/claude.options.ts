import type { ClientOptions, Middleware } from '@anthropic-ai/sdk';
import type { AdmissionStore } from './admission/admission-store.js';
import type { StoreOutageOptions } from './admission/store-outage.options.js';
import type { CallContext } from './call/context.js';
import type { CostOptions } from './cost/cost.options.js';
import type { OptimizeOptions } from './optimization/optimize.options.js';
import type { KeyCacheOptions } from './keys/key-cache.options.js';
import type { GivenKey } from './keys/key-source.js';
import type { StageInsertion } from './call/pipeline.js';
import type { StreamTimeouts } from './call/stream-watch.js';
import type { CircuitOptions } from './circuit/circuit.options.js';
import type { HealthOptions } from './health/health.options.js';
import type { LogOptions } from './observability/log.options.js';
import type { RequestOptions } from './observability/requests.options.js';
import type { TracingOption } from './observability/tracing/tracing.options.js';
import type { RateLimitOptions } from './rate-limit/rate-limit.options.js';
import type { RetryOptions } from './retry/retry.options.js';
import type { EndpointOptions, RoutingOptions } from './routing/routing.options.js';
import type { SanitizationOptions } from './sanitization/sanitization.options.js';
import type { TransportOptions } from './transport/transport.js';

/** Time limits of calls. All in milliseconds, all above 0. */
export interface TimeoutOptions extends Partial<StreamTimeouts> {
  /**
   * From the start of a call until its answer has begun, attempts and waits included. Default 600,000. A call whose
   * context sets `deadlineMs` has that instead, and must have ended by then, a stream to its last event.
   */
  readonly deadlineMs?: number;
  /** From the start of one attempt until its answer has begun. Default 600,000; a shorter `timeout` of the SDK's request options wins. */
  readonly attemptMs?: number;
}

/** Options of the SDK's client that pass through to it untouched. */
export type PassedClientOptions = Pick<
  ClientOptions,
  | 'authToken'
  | 'config'
  | 'credentials'
  | 'defaultHeaders'
  | 'defaultQuery'
  | 'fetchOptions'
  | 'logLevel'
  | 'logger'
  | 'openTelemetry'
  | 'profile'
  | 'webhookKey'
>;

/** What a call context may hold by default: all but what belongs to a single call. */
export type DefaultContext = Omit<CallContext, 'signal' | 'deadlineMs' | 'conversation' | 'correlationId'>;

/** Options of `ClaudeModule`. Every one is optional; with none at all, `ANTHROPIC_API_KEY` must be set. */
export interface ClaudeModuleOptions {
  /**
   * The API key; a function that is asked for it before every attempt; a source, such as `keyFromFile()` or a provider of your
   * own, whose key is remembered and replaced when it rotates; or a list of them, all of one organization, each of which
   * becomes an endpoint: `key-1`, `key-2`, ... Default: `ANTHROPIC_API_KEY`, else a key stored by `npx nestjs-claude key set`.
   */
  readonly apiKey?: GivenKey | readonly GivenKey[];
  /** How the keys of sources are remembered. */
  readonly keyCache?: KeyCacheOptions;
  /** Where calls can go, in place of `apiKey`. */
  readonly endpoints?: readonly EndpointOptions[];
  /** How attempts are spread over endpoints. */
  readonly routing?: RoutingOptions;
  /** Where the API is. Default: `ANTHROPIC_BASE_URL`, else `https://api.anthropic.com`. */
  readonly baseURL?: string;
  /** Attributed to every call, beneath what `with()` and the call itself say. */
  readonly context?: DefaultContext;
  /** How failed attempts are repeated; `false` for a single attempt. */
  readonly retry?: RetryOptions | false;
  /** When calls stop for a while because too many fail; `false` for never. */
  readonly circuit?: CircuitOptions | false;
  /** Limits that calls keep to so that the API has no cause for a 429; `false` for none. */
  readonly rateLimit?: RateLimitOptions | false;
  /** What calls cost; `false` to leave it uncounted. */
  readonly cost?: CostOptions | false;
  /** How calls are logged, one line each; `false` for not at all. */
  readonly log?: LogOptions | false;
  /** What calls know of the request they are made for, where `ClaudeLoggingInterceptor` stands before its handler. */
  readonly requests?: RequestOptions;
  /** Whether calls have spans of OpenTelemetry. Default `auto`: where a tracer provider is registered before the start. */
  readonly tracing?: TracingOption;
  /** How calls are made cheaper: the strategies to try, and whether they only say so. Default `false`: not at all. */
  readonly optimize?: OptimizeOptions | false;
  /** How requests are looked at before they leave: unseen characters, signs of an injection, length; `false` for not at all. */
  readonly sanitization?: SanitizationOptions | false;
  /** Where meters of limits and budgets are kept. Default: this process's memory. */
  readonly store?: AdmissionStore;
  /** What becomes of calls while that `store` does not answer. Memory always does. */
  readonly storeOutage?: StoreOutageOptions;
  /** What readiness is judged by, and how long it is down before a shutdown begins. */
  readonly health?: HealthOptions;
  readonly timeouts?: TimeoutOptions;
  /** How requests travel: `undici` (default, fast), `fetch` (the platform's), tuned, or a `fetch` function of your own. */
  readonly transport?: 'undici' | 'fetch' | TransportOptions;
  /** Stages of your own, each before or after a place of the pipeline. */
  readonly stages?: readonly StageInsertion[];
  /** SDK middleware that runs once a call, outside the whole pipeline. */
  readonly middleware?: readonly Middleware[];
  /** Options of the SDK's client. How it traces, where it does: `openTelemetry`. */
  readonly client?: PassedClientOptions;
  /** The largest event of a stream that is accepted, in bytes. Default 8 MiB. */
  readonly maxEventBytes?: number;
  /** How long a shutdown waits for running calls before it aborts them, in milliseconds. Default 30,000. */
  readonly shutdownGraceMs?: number;
}

/** What a class given as `useClass` or `useExisting` to `forRootAsync` must have. */
export interface ClaudeOptionsFactory {
  createClaudeOptions(): ClaudeModuleOptions | Promise<ClaudeModuleOptions>;
}
