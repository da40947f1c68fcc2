import type { LimitPool } from './limit-pool.js';
import type { TokenBucket } from './token-bucket.js';

/**
 * The `anthropic-ratelimit-*` headers as a flat list of names and values ("Rate limits" in the Anthropic API docs):
 * token remainders to the nearest thousand, `reset` the time of full refill. `tokens` is input and output together, or
 * the one of them that is limited.
 */
export function rateLimitHeaders({ requests, inputTokens, outputTokens }: LimitPool, wallMs: number): string[] {
  const isOneLimited = inputTokens.enforced !== outputTokens.enforced;
  const limited = inputTokens.enforced ? inputTokens : outputTokens;
  return [
    'anthropic-ratelimit-requests-limit',
    String(requests.limit),
    'anthropic-ratelimit-requests-remaining',
    String(Math.max(0, Math.floor(requests.available()))),
    'anthropic-ratelimit-requests-reset',
    resetOf(requests, wallMs),
    ...bucketHeaders('anthropic-ratelimit-input-tokens', inputTokens, wallMs),
    ...bucketHeaders('anthropic-ratelimit-output-tokens', outputTokens, wallMs),
    ...(isOneLimited
      ? bucketHeaders('anthropic-ratelimit-tokens', limited, wallMs)
      : combinedHeaders(inputTokens, outputTokens, wallMs)),
  ];
}

function combinedHeaders(input: TokenBucket, output: TokenBucket, wallMs: number): readonly string[] {
  const fullLast = input.msUntil(input.limit) > output.msUntil(output.limit) ? input : output;
  return [
    'anthropic-ratelimit-tokens-limit',
    String(input.limit + output.limit),
    'anthropic-ratelimit-tokens-remaining',
    String(roundToThousands(input.available()) + roundToThousands(output.available())),
    'anthropic-ratelimit-tokens-reset',
    resetOf(fullLast, wallMs),
  ];
}

/** The `anthropic-fast-*` headers: what is left in the pool of fast mode. */
export function fastHeaders({ inputTokens, outputTokens }: LimitPool, wallMs: number): string[] {
  return [
    ...bucketHeaders('anthropic-fast-input-tokens', inputTokens, wallMs),
    ...bucketHeaders('anthropic-fast-output-tokens', outputTokens, wallMs),
  ];
}

function bucketHeaders(name: string, bucket: TokenBucket, wallMs: number): readonly string[] {
  const remaining = String(roundToThousands(bucket.available()));
  const limits = [`${name}-limit`, String(bucket.limit), `${name}-remaining`, remaining];
  return [...limits, `${name}-reset`, resetOf(bucket, wallMs)];
}

function roundToThousands(tokens: number): number {
  return Math.max(0, Math.round(tokens / 1_000) * 1_000);
}

function resetOf(bucket: TokenBucket, wallMs: number): string {
  return rfc3339(wallMs + bucket.msUntil(bucket.limit));
}

let lastSecond = Number.NaN;
let lastText = '';

/** To the second, rounded up: nobody is told to come back too early. One text per second is enough to remember. */
function rfc3339(atMs: number): string {
  const second = Math.ceil(atMs / 1_000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = `${new Date(second * 1_000).toISOString().slice(0, 19)}Z`;
  }
  return lastText;
}
