import type { ClosedBy, Standing } from '../admission/meter.js';
import type { AdaptiveConcurrency } from '../admission/adaptive-concurrency.js';
import type { LimitPool } from './limit-pool.js';

/** How one limit stands. */
export interface DimensionSnapshot {
  /** What is limited, e.g. `output tokens per minute of haiku-5-5`. */
  readonly label: string;
  /** Units a minute, or places; `Infinity` for no limit. */
  readonly limit: number;
  /** The limit the API named; `null` as long as it has not. */
  readonly learnedLimit: number | null;
  /** What can be had at once when nothing is in use. */
  readonly burst: number;
  /** What can be had now; below 0 where more was used than had been thought. */
  readonly level: number;
  /** What calls under way have claimed and not yet settled. */
  readonly outstanding: number;
  /** Milliseconds until it has something to give again: 0 where it has, `null` where only a call that ends can tell. */
  readonly nextFreeInMs: number | null;
}

/** How the limits stand that calls of one model class share in one limit domain. */
export interface LimitSnapshot {
  readonly domain: string;
  /** The model class, e.g. `opus-4`, or the API's limit group of other operations, e.g. `token_count`. */
  readonly modelClass: string;
  readonly concurrent: DimensionSnapshot;
  readonly requests: DimensionSnapshot;
  /** `null` where no tokens are counted. */
  readonly inputTokens: DimensionSnapshot | null;
  readonly outputTokens: DimensionSnapshot | null;
  /** Input and output together. */
  readonly tokens: DimensionSnapshot | null;
  /** Calls that wait. */
  readonly queued: number;
  /** Calls that had to wait, in shadow mode that would have had to. */
  readonly delayed: number;
  /** Calls that were turned away. */
  readonly refused: number;
  /** Why nobody is let through for now; `null` when somebody may be. */
  readonly closed: { readonly by: ClosedBy; readonly forMs: number } | null;
}

/** How many calls may be under way at an endpoint. */
export interface ConcurrencySnapshot {
  readonly endpoint: string;
  readonly limit: number;
  readonly inFlight: number;
}

/** Everything the limiter knows. */
export interface RateLimiterSnapshot {
  readonly limits: readonly LimitSnapshot[];
  readonly concurrency: readonly ConcurrencySnapshot[];
}

export function limitSnapshot(pool: LimitPool, standings: readonly Standing[]): LimitSnapshot {
  const [slots, requests, inputTokens, outputTokens, tokens] = standings.map(dimensionSnapshot);
  if (slots === undefined || requests === undefined) throw new TypeError('A pool has at least two meters.');
  return {
    domain: pool.domain,
    modelClass: pool.name,
    concurrent: slots,
    requests,
    inputTokens: inputTokens ?? null,
    outputTokens: outputTokens ?? null,
    tokens: tokens ?? null,
    queued: pool.line.length,
    delayed: pool.line.counts.delayed,
    refused: pool.line.counts.refused,
    closed: closedOf(standings),
  };
}

export function concurrencySnapshot([endpoint, { limit, inFlight }]: readonly [
  string,
  AdaptiveConcurrency,
]): ConcurrencySnapshot {
  return { endpoint, limit, inFlight };
}

function dimensionSnapshot(standing: Standing): DimensionSnapshot {
  const { meter, limit, learnedLimit, burst, level, outstanding } = standing;
  return { label: meter.label, limit, learnedLimit, burst, level, outstanding, nextFreeInMs: nextFreeInMs(standing) };
}

/** When the next single unit can be had. */
function nextFreeInMs({ level, ratePerMs, closedForMs, burst, outstanding, meter }: Standing): number | null {
  if (closedForMs === Infinity) return null;
  if (level >= 1) return closedForMs;
  if (meter.kind === 'slots' || ratePerMs <= 0 || burst - outstanding < 1) return null;
  return Math.max(closedForMs, (1 - level) / ratePerMs);
}

function closedOf(standings: readonly Standing[]): LimitSnapshot['closed'] {
  let longest: Standing | null = null;
  for (const each of standings) if (each.closedForMs > (longest?.closedForMs ?? 0)) longest = each;
  return longest?.closedBy == null ? null : { by: longest.closedBy, forMs: longest.closedForMs };
}
