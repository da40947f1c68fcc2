import type { BaseAnthropic } from '@anthropic-ai/sdk';
import type { StrategyName } from '../call/context.js';
import type { GivenKey, KeyOrigin } from '../keys/key-source.js';
import type { BalancingStrategy } from './strategies/strategy.js';

/** What every endpoint may have. */
interface CommonEndpointOptions {
  /** What records, circuits and budgets call it: letters, digits, `.`, `_` and `-`. No two endpoints share one. */
  readonly name: string;
  /** Its share of the load, compared with the others'. At least 0; 0 lets it take only what no other can. Default 1. */
  readonly weight?: number;
  /**
   * Who owns its rate limits: the organization or workspace. Keys of one organization share their limits, so they share a
   * domain. Default `default`; of a `client` its name.
   */
  readonly limitDomain?: string;
  /** Who owns its prompt cache: the workspace. Default: its `limitDomain`. */
  readonly cacheDomain?: string;
  /**
   * The models it serves: a list of ids, or what each id is called there, e.g. `{ 'claude-opus-5-5':
   * 'anthropic.claude-opus-5-5-v1:0' }`. Default: all, by the ids that calls use.
   */
  readonly models?: readonly string[] | Readonly<Record<string, string>>;
  /** How many attempts may be under way there. Default: as many as its limits allow. */
  readonly maxConcurrent?: number;
}

/** The API, by a key of its own. */
export interface KeyEndpointOptions extends CommonEndpointOptions {
  /** The API key, a function that is asked for it before every attempt, or a source. */
  readonly key: GivenKey;
  /** Where the API is. Default: the module's `baseURL`. */
  readonly baseURL?: string;
  readonly client?: never;
}

/** A backend of its own: any client of the SDK's family, such as `AnthropicBedrock`, `AnthropicVertex` or `AnthropicFoundry`. */
export interface ClientEndpointOptions extends CommonEndpointOptions {
  /** It signs and addresses requests as it does by itself; its own retries stay off. */
  readonly client: BaseAnthropic;
  readonly key?: never;
  readonly baseURL?: never;
}

/** Somewhere calls can go. */
export type EndpointOptions = KeyEndpointOptions | ClientEndpointOptions;

/** How attempts are spread over endpoints. */
export interface RoutingOptions {
  /** Default `least-busy`. */
  readonly strategy?: StrategyName | BalancingStrategy;
  /**
   * Asks endpoints that could not be reached, or whose key was refused, whether they are well again, with a list of models that
   * costs nothing: not before the circuit or the key may be tried again, and through it. Default `false`: calls find out.
   */
  readonly probe?: ProbeOptions | false;
}

/** How endpoints that are out are asked whether they are well again. */
export interface ProbeOptions {
  /** Milliseconds between two looks, spread by a fifth either way. At least 5,000. Default 60,000. */
  readonly intervalMs?: number;
  /** Milliseconds an answer may take. Default 2,000. */
  readonly timeoutMs?: number;
}

/** A client that prints as a function: one of the SDK's family keeps its credentials in plain fields. */
export interface HeldClient {
  readonly client: () => BaseAnthropic;
}

/** An endpoint with every default filled in. */
export interface ResolvedEndpoint {
  readonly name: string;
  readonly key: KeyOrigin | null;
  /** Where its requests go instead of the module's `baseURL`; `null` for there. */
  readonly baseURL: string | null;
  readonly client: HeldClient | null;
  readonly weight: number;
  readonly limitDomain: string;
  readonly cacheDomain: string;
  /** What each model it serves is called there; `null` where it serves all by their own ids. */
  readonly models: ReadonlyMap<string, string> | null;
  readonly maxConcurrent: number | null;
}

/** {@link RoutingOptions} with every default filled in. */
export interface RoutingSettings extends Readonly<Required<RoutingOptions>> {
  readonly probe: ProbeSettings | false;
}

/** {@link ProbeOptions} with every default filled in. */
export type ProbeSettings = Readonly<Required<ProbeOptions>>;

export const PROBE_DEFAULTS: ProbeSettings = Object.freeze({ intervalMs: 60_000, timeoutMs: 2_000 });

export const ROUTING_DEFAULTS: RoutingSettings = Object.freeze({ strategy: 'least-busy', probe: false });

/** Limit domain of endpoints that name none. */
export const DEFAULT_DOMAIN = 'default';
