import type { EstimateOptions, QueueSettings, ResolvedLimits } from './rate-limit.options.js';

type OfEachLimit = Readonly<Record<keyof ResolvedLimits, number>>;

/** What a limit is taken for until it is configured or the API names it: low, so that a new deployment waits rather than fails. */
export const GUESSED_PER_MINUTE: OfEachLimit = Object.freeze({
  requests: 50,
  inputTokens: Infinity,
  outputTokens: Infinity,
  tokens: 100_000,
});

/**
 * Share of a limit that can be had at once. Of requests only five seconds' worth: the API may hold them to slices shorter
 * than the minute ("Rate limits" in the Anthropic API docs).
 */
export const BURST_SHARES: OfEachLimit = Object.freeze({
  requests: 1 / 12,
  inputTokens: 1,
  outputTokens: 1,
  tokens: 1,
});

/** Share of each limit that is used. */
export const SAFETY = 0.95;

/** How much of what a strict window leaves is its burst: requests do not all take the same time to arrive. */
export const STRICT_BURST_SHARE = 0.9;

/** Share of each limit that flows evenly under a strict window; the rest is the burst. */
export const STRICT_UTILIZATION = 0.93;

export const QUEUE_DEFAULTS: QueueSettings = Object.freeze({ maxLength: 1_000, maxWaitMs: 30_000, agingMs: 10_000 });

export const ESTIMATE_DEFAULTS: Required<EstimateOptions> = Object.freeze({ input: 'blocks', output: 'learned' });
