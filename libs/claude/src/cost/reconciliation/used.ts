import type { UsageSums } from '../ledger/usage-summary.js';
import { PICO_PER_NANO, usdToNano } from '../pricing/money.js';

/** Tokens of each kind, disjoint, and searches. */
export interface UsedTokens {
  /** Input read fresh, neither from the cache nor into it. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  /** For 5 minutes and for an hour together. */
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly webSearchRequests: number;
}

/** What was used, and what it cost. */
export interface UsedAmounts extends UsedTokens {
  /** Whole nano-dollars (10^-9 USD). */
  readonly costNanoUsd: number;
}

/** What the ledger knows besides. */
export interface BookedAmounts extends UsedAmounts {
  readonly requests: number;
  /** Requests of models without a price, whose cost is missing. */
  readonly unpricedRequests: number;
  /** How much of the cost is an estimate. */
  readonly estimatedNanoUsd: number;
}

/** The kinds that are compared one by one. */
export const TOKEN_KINDS = [
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'outputTokens',
  'webSearchRequests',
] as const satisfies readonly (keyof UsedTokens)[];

export const NOTHING_USED: UsedAmounts = Object.freeze({
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  webSearchRequests: 0,
  costNanoUsd: 0,
});

export const NOTHING_BOOKED: BookedAmounts = Object.freeze({
  ...NOTHING_USED,
  requests: 0,
  unpricedRequests: 0,
  estimatedNanoUsd: 0,
});

/** What sums of the ledger say. */
export function bookedIn(sums: UsageSums): BookedAmounts {
  const { requests, unpricedRequests, totalCostNanoUsd: costNanoUsd, estimatedCostUsd } = sums;
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, webSearchRequests } = sums;
  return {
    inputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens,
    webSearchRequests,
    costNanoUsd,
    requests,
    unpricedRequests,
    // The summary tells it in dollars, made of whole nano-dollars.
    estimatedNanoUsd: usdToNano(estimatedCostUsd),
  };
}

/** One amount and another, each of their numbers. */
export function combined<T extends UsedAmounts>(a: T, b: T, combine: (a: number, b: number) => number): T {
  const names = Object.keys(a) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, combine(Number(a[name]), Number(b[name]))])) as unknown as T;
}

export function sum<T extends UsedAmounts>(a: T, b: T): T {
  return combined(a, b, (one, other) => one + other);
}

const PICO = BigInt(PICO_PER_NANO);

/**
 * Pico-dollars as whole nano-dollars: to the nearest one, and from the middle to the even one.
 *
 * @throws RangeError above what an exact integer can hold: nine million dollars.
 */
export function nanoOfPico(picoUsd: bigint): number {
  const rest = picoUsd % PICO;
  const whole = picoUsd / PICO;
  const isUp = rest * 2n > PICO || (rest * 2n === PICO && whole % 2n === 1n);
  const nano = isUp ? whole + 1n : whole;
  if (nano <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(nano);
  throw new RangeError('A day of one model or workspace came to more than nine million dollars.');
}

/** Digits after the point of a cent that a pico-dollar has. */
const CENT_DIGITS = 10;

/** Cents as a decimal text, as reports tell money, in whole pico-dollars; `null` for what is no amount. */
export function picoOfCents(cents: string): bigint | null {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(cents);
  if (parts === null) return null;
  const [, sign = '', whole = '', rest = ''] = parts;
  // Beyond a pico-dollar there is nothing: no price is that fine.
  const pico = BigInt(whole + rest.slice(0, CENT_DIGITS).padEnd(CENT_DIGITS, '0'));
  return sign === '-' ? -pico : pico;
}
