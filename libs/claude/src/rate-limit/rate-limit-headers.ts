/** What headers told of one limit. */
export interface HeaderLimit {
  /** Units a minute; 0 where there is no capacity at all. */
  readonly limit?: number | undefined;
  /** What was left when the answer was written; tokens to the nearest thousand. */
  readonly remaining?: number | undefined;
}

/** What the headers of an answer tell, by what is limited. */
export interface HeaderLimits {
  readonly requests?: HeaderLimit | undefined;
  readonly inputTokens?: HeaderLimit | undefined;
  readonly outputTokens?: HeaderLimit | undefined;
  /**
   * Input and output together, only where neither is told apart: beside them, this repeats the most restrictive limit or
   * their sum.
   */
  readonly tokens?: HeaderLimit | undefined;
}

/** The headers of one limit. */
interface HeaderNames {
  readonly limit: string;
  readonly remaining: string;
}

const REQUESTS = headerNames('anthropic-ratelimit-requests');
const INPUT_TOKENS = headerNames('anthropic-ratelimit-input-tokens');
const OUTPUT_TOKENS = headerNames('anthropic-ratelimit-output-tokens');
const TOKENS = headerNames('anthropic-ratelimit-tokens');
const FAST_INPUT_TOKENS = headerNames('anthropic-fast-input-tokens');
const FAST_OUTPUT_TOKENS = headerNames('anthropic-fast-output-tokens');

const WHOLE_NUMBER = /^\d{1,15}$/;

/**
 * Reads the `anthropic-ratelimit-*` headers, or for fast mode, whose tokens have limits of their own, the
 * `anthropic-fast-*` headers ("Rate limits" and "Fast mode" in the Anthropic API docs). Anything but a whole number of at
 * least 0 counts as not told; the headers of priority tier and of subscriptions are not for us.
 *
 * @returns `null` when they tell nothing.
 */
export function readRateLimitHeaders(headers: Headers, pool: 'standard' | 'fast'): HeaderLimits | null {
  const limits = pool === 'fast' ? fastLimits(headers) : standardLimits(headers);
  const isTold = limits.requests ?? limits.inputTokens ?? limits.outputTokens ?? limits.tokens;
  return isTold === undefined ? null : limits;
}

function standardLimits(headers: Headers): HeaderLimits {
  const requests = limitOf(headers, REQUESTS);
  const inputTokens = limitOf(headers, INPUT_TOKENS);
  const outputTokens = limitOf(headers, OUTPUT_TOKENS);
  const tokens = inputTokens === undefined && outputTokens === undefined ? limitOf(headers, TOKENS) : undefined;
  return { requests, inputTokens, outputTokens, tokens };
}

function fastLimits(headers: Headers): HeaderLimits {
  return { inputTokens: limitOf(headers, FAST_INPUT_TOKENS), outputTokens: limitOf(headers, FAST_OUTPUT_TOKENS) };
}

function limitOf(headers: Headers, names: HeaderNames): HeaderLimit | undefined {
  const limit = wholeNumber(headers.get(names.limit));
  const remaining = wholeNumber(headers.get(names.remaining));
  return limit === undefined && remaining === undefined ? undefined : { limit, remaining };
}

function wholeNumber(value: string | null): number | undefined {
  return value !== null && WHOLE_NUMBER.test(value) ? Number(value) : undefined;
}

function headerNames(prefix: string): HeaderNames {
  return { limit: `${prefix}-limit`, remaining: `${prefix}-remaining` };
}
