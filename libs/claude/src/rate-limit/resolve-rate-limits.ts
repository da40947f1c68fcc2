import { ADAPTIVE_CONCURRENCY_DEFAULTS } from '../admission/adaptive-concurrency.options.js';
import { withDefaults } from '../config/with-defaults.js';
import { modelClassOf } from './model-class.js';
import {
  BURST_SHARES,
  ESTIMATE_DEFAULTS,
  GUESSED_PER_MINUTE,
  QUEUE_DEFAULTS,
  SAFETY,
  STRICT_BURST_SHARE,
  STRICT_UTILIZATION,
} from './rate-limit.defaults.js';
import type {
  ModelLimits,
  QueueOptions,
  QueueSettings,
  RateLimitOptions,
  RateLimitSettings,
  ResolvedLimit,
  ResolvedLimits,
} from './rate-limit.options.js';

/** One of the things that are limited. */
export type Dimension = keyof ResolvedLimits;

/** How every limit is divided into what can be had at once and what flows. */
export type LimitWindow = Pick<RateLimitSettings, 'strictWindow' | 'refillShare'>;

/** The option that sets each limit. */
export const LIMIT_OPTIONS = Object.freeze({
  requests: 'requestsPerMinute',
  inputTokens: 'inputTokensPerMinute',
  outputTokens: 'outputTokensPerMinute',
  tokens: 'tokensPerMinute',
} as const satisfies Record<Dimension, keyof ModelLimits>);

/** Makes settings of options that have been validated. Frozen. */
export function resolveRateLimits(options: RateLimitOptions = {}): RateLimitSettings {
  const { models = {}, modelClasses = {}, concurrency, estimate = {} } = options;
  const window = windowOf(options);
  return Object.freeze({
    ...window,
    limits: mergeLimits(options, window),
    byClass: new Map(
      Object.entries(models).map(([name, limits]) => [classNamed(name, modelClasses), mergeLimits(limits, window)]),
    ),
    classOfModel: classesOfModels(modelClasses),
    maxConcurrent: options.maxConcurrent ?? Infinity,
    concurrency: concurrency === false ? false : withDefaults(concurrency, ADAPTIVE_CONCURRENCY_DEFAULTS),
    queue: queueOf(options.queue),
    estimate: withDefaults(estimate, ESTIMATE_DEFAULTS),
    learn: options.learn ?? true,
    mode: options.mode ?? 'enforce',
  });
}

/**
 * Fills in what a set of limits leaves out. Requests are guessed. Tokens are guessed together, unless one of their limits
 * is configured: a combined guess would then stand in the way of what is known.
 */
export function mergeLimits(limits: ModelLimits, window: LimitWindow): ResolvedLimits {
  const knowsTokens = (['inputTokens', 'outputTokens', 'tokens'] as const).some(
    (dimension) => limits[LIMIT_OPTIONS[dimension]] !== undefined,
  );
  const resolved = (dimension: Dimension, guess = GUESSED_PER_MINUTE[dimension]): ResolvedLimit => {
    const perMinute = limits[LIMIT_OPTIONS[dimension]];
    return Object.freeze({
      perMinute: perMinute ?? guess,
      burstShare: window.strictWindow ? (1 - window.refillShare) * STRICT_BURST_SHARE : burstShareOf(dimension, limits),
      isGuess: perMinute === undefined,
    });
  };
  return Object.freeze({
    requests: resolved('requests'),
    inputTokens: resolved('inputTokens'),
    outputTokens: resolved('outputTokens'),
    tokens: resolved('tokens', knowsTokens ? Infinity : GUESSED_PER_MINUTE.tokens),
  });
}

function burstShareOf(dimension: Dimension, limits: ModelLimits): number {
  const burst = limits.burst?.[dimension];
  const limit = limits[LIMIT_OPTIONS[dimension]];
  if (burst === undefined || limit === undefined) return BURST_SHARES[dimension];
  // Rounding must not make the burst smaller than it was given: a claim of just that much would never be granted.
  const share = burst / limit;
  return share * limit < burst ? share * (1 + Number.EPSILON) : share;
}

export function windowOf({ strictWindow = false, safety = SAFETY }: RateLimitOptions): LimitWindow {
  if (strictWindow === false) return { strictWindow: false, refillShare: safety };
  const { utilization = STRICT_UTILIZATION } = strictWindow === true ? {} : strictWindow;
  return { strictWindow: true, refillShare: utilization };
}

/** The model class that a rule's name stands for: one that was made by hand, or the one of its model. */
export function classNamed(name: string, modelClasses: NonNullable<RateLimitOptions['modelClasses']>): string {
  if (Object.hasOwn(modelClasses, name)) return name;
  return classesOfModels(modelClasses).get(name) ?? modelClassOf(name);
}

function classesOfModels(modelClasses: NonNullable<RateLimitOptions['modelClasses']>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(modelClasses).flatMap(([modelClass, models]) => models.map((model) => [model, modelClass] as const)),
  );
}

function queueOf({ fairBy, ...bounds }: QueueOptions = {}): QueueSettings {
  const settings = withDefaults(bounds, QUEUE_DEFAULTS);
  if (fairBy === undefined) return settings;
  return Object.freeze({ ...settings, fairBy: typeof fairBy === 'object' ? Object.freeze({ ...fairBy }) : fairBy });
}

const UNLIMITED: ResolvedLimit = Object.freeze({ perMinute: Infinity, burstShare: 1, isGuess: false });

/** What holds where limits are switched off: everything is counted and nothing limited. */
export const NO_LIMITS: RateLimitSettings = Object.freeze({
  ...resolveRateLimits({ concurrency: false, learn: false }),
  limits: Object.freeze({ requests: UNLIMITED, inputTokens: UNLIMITED, outputTokens: UNLIMITED, tokens: UNLIMITED }),
});
