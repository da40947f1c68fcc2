import type { AdaptiveConcurrencyOptions } from '../admission/adaptive-concurrency.options.js';
import type { CallContext } from '../call/context.js';

/**
 * Limits of a model class in a limit domain. Requests that are left out are guessed, and so are tokens where none of their
 * limits is given; anything else is not limited until the API names a limit for it.
 */
export interface ModelLimits {
  readonly requestsPerMinute?: number;
  /** Uncached input and cache writes; the API does not count cache reads. */
  readonly inputTokensPerMinute?: number;
  /** Tokens generated; the API does not count `max_tokens`. */
  readonly outputTokensPerMinute?: number;
  /** Input and output together, where that is what is limited. */
  readonly tokensPerMinute?: number;
  /**
   * How much can be had at once, each above 0 and up to its limit. Default: a twelfth of the requests (at least 1), and
   * all of the tokens. Stays the same share of a limit that is learned.
   */
  readonly burst?: Readonly<Partial<Record<'requests' | 'inputTokens' | 'outputTokens' | 'tokens', number>>>;
}

/** How calls wait for a limit. One queue for each limit domain and model class. */
export interface QueueOptions {
  /** Calls that may wait; 0 lets none wait. Default 1,000. */
  readonly maxLength?: number;
  /** Milliseconds a call may wait; its deadline bounds it too. A call that would have to wait longer is refused at once. Default 30,000. */
  readonly maxWaitMs?: number;
  /** Milliseconds after which a waiting call counts as one of the next higher priority. Default 10,000. */
  readonly agingMs?: number;
  /**
   * Serves tenants in turn, by what their calls claim, instead of all calls in the order they came: those of a `user`, of
   * a tag's value, or of what a function makes of the call's context. Default: all calls are one tenant's.
   */
  readonly fairBy?: 'user' | { readonly tag: string } | ((context: CallContext) => string | undefined);
}

/** What a call is taken for before it has answered. */
export interface EstimateOptions {
  /**
   * `blocks` counts the request's content block by block, corrected by what requests to the model really used.
   * `count-tokens` asks the API before every call: exact, free of charge, one more round trip, under a limit of its own.
   * Default `blocks`.
   */
  readonly input?: 'blocks' | 'count-tokens';
  /**
   * `learned` takes what four of five calls of the same model and request type stay within, `max-tokens` what the call
   * allows at the most: never too low, and much too careful for most. Default `learned`.
   */
  readonly output?: 'learned' | 'max-tokens';
}

/** Options of the rate limits. With none, a guess holds until the API's headers tell the real limits. */
export interface RateLimitOptions extends ModelLimits {
  /** Limits of single models or model classes, by id (`claude-haiku-5-5`) or class (`opus-4`), in place of those above. */
  readonly models?: Readonly<Record<string, ModelLimits>>;
  /** Which models share their limits, where that is not what Anthropic documents: class to model ids. */
  readonly modelClasses?: Readonly<Record<string, readonly string[]>>;
  /** Calls that may be under way in a limit domain at the same time. Default: no such limit. */
  readonly maxConcurrent?: number;
  /** How many calls may be under way at an endpoint, learned from its signs of overload; `false` for no such limit. */
  readonly concurrency?: AdaptiveConcurrencyOptions | false;
  /** How much of each limit is used: above 0, up to 1. Default 0.95. */
  readonly safety?: number;
  /**
   * Sends no more than the limit in any 60 seconds: `utilization` of it (default 0.93) flows evenly, and nine tenths of the
   * rest are the burst, since requests do not all take the same time to arrive. Without it one minute can hold a full burst
   * and a minute's flow, as the API itself allows. Claims above that small burst are refused. `true` is short for the
   * default.
   */
  readonly strictWindow?: boolean | { readonly utilization?: number };
  readonly queue?: QueueOptions;
  readonly estimate?: EstimateOptions;
  /** Whether the API's headers lower limits and levels, and replace a guess. Default true. */
  readonly learn?: boolean;
  /** `shadow` counts, decides and reports as `enforce` does, and lets every call through. Default `enforce`. */
  readonly mode?: 'enforce' | 'shadow';
}

/** Queue options with every default filled in. */
export type QueueSettings = Readonly<Required<Omit<QueueOptions, 'fairBy'>>> & Pick<QueueOptions, 'fairBy'>;

/** The limits of one model class, as meters are made of them. */
export interface ResolvedLimits {
  readonly requests: ResolvedLimit;
  readonly inputTokens: ResolvedLimit;
  readonly outputTokens: ResolvedLimit;
  readonly tokens: ResolvedLimit;
}

/** A limit, and how much of it can be had at once. */
export interface ResolvedLimit {
  /** Units a minute; `Infinity` for none. */
  readonly perMinute: number;
  /** Share of the limit that can be had at once. */
  readonly burstShare: number;
  /** Whether nobody configured it. */
  readonly isGuess: boolean;
}

/** The options with every default filled in. */
export interface RateLimitSettings {
  /** Of every model class that has no rule of its own. */
  readonly limits: ResolvedLimits;
  /** By model class. */
  readonly byClass: ReadonlyMap<string, ResolvedLimits>;
  /** Class of each model id that was given one. */
  readonly classOfModel: ReadonlyMap<string, string>;
  readonly maxConcurrent: number;
  readonly concurrency: Required<AdaptiveConcurrencyOptions> | false;
  /** Share of each limit that flows back in a minute: `safety`, or the utilization of a strict window. */
  readonly refillShare: number;
  readonly strictWindow: boolean;
  readonly queue: QueueSettings;
  readonly estimate: Required<EstimateOptions>;
  readonly learn: boolean;
  readonly mode: 'enforce' | 'shadow';
}
