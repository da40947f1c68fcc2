import type { OptimizationStrategy } from './strategy.js';
import type { CacheBreakpointsOptions } from './strategies/cache-breakpoints.options.js';
import type { ShorterAnswerOptions } from './strategies/shorter-answer.options.js';
import type { SmallerModelOptions } from './strategies/smaller-model.options.js';
import type { TrimHistoryOptions } from './strategies/trim-history.options.js';

/** The strategies there are, by name. */
export const OPTIMIZATION_STRATEGIES = [
  'smaller-model',
  'shorter-answer',
  'trim-history',
  'cache-breakpoints',
] as const;

/** See {@link OPTIMIZATION_STRATEGIES}. */
export type OptimizationStrategyName = (typeof OPTIMIZATION_STRATEGIES)[number];

/** A strategy with options of its own. */
export type OptimizationStrategyOptions =
  SmallerModelOptions | ShorterAnswerOptions | TrimHistoryOptions | CacheBreakpointsOptions;

/** A strategy by its name, with options, or one of your own. */
export type GivenStrategy = OptimizationStrategyName | OptimizationStrategyOptions | OptimizationStrategy;

/** How calls are made cheaper. */
export interface OptimizeOptions {
  /** What is tried, in this order, each on what the one before left. At least one, each name once. */
  readonly strategies: readonly GivenStrategy[];
  /** Says on each call's record what would be changed and what that would save, and changes nothing. Default false. */
  readonly dryRun?: boolean;
}

/** {@link OptimizeOptions} with every default filled in. */
export type OptimizeSettings = Required<OptimizeOptions>;

export const OPTIMIZE_DEFAULTS = Object.freeze({ dryRun: false });
