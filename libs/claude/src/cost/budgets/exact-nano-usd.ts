import { nanoToUsd } from '../pricing/money.js';

/** Four steps of a double: what a short sum of dollars such as 0.1 + 0.2 is off by. */
const NOISE = 4 * Number.EPSILON;

/**
 * Dollars as the whole nano-dollars they are.
 *
 * @returns `null` where they are below 0, no number, more than an exact integer of nano-dollars, or a part of one.
 */
export function exactNanoUsd(usd: number): number | null {
  // By the decimal digits: a product with 1e9 is off by one nano-dollar for some millions of dollars.
  const nanoUsd = Number(usd.toFixed(9).replace('.', ''));
  const isExact = Number.isSafeInteger(nanoUsd) && Math.abs(nanoToUsd(nanoUsd) - usd) <= usd * NOISE;
  return isExact ? nanoUsd : null;
}
