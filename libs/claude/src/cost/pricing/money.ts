/** Pico-dollars (10^-12 USD) in a nano-dollar (10^-9 USD). */
export const PICO_PER_NANO = 1_000;

const PICO_PER_USD = 1e12;
const NANO_PER_USD = 1e9;

/** A price of a million tokens in dollars as that of one token, in whole pico-dollars. */
export function picoUsdPerToken(usdPerMillionTokens: number): number {
  return Math.round((usdPerMillionTokens * PICO_PER_USD) / 1e6);
}

/** Dollars, in whole pico-dollars. */
export function usdToPico(usd: number): number {
  return Math.round(usd * PICO_PER_USD);
}

/** Dollars of an option, in whole nano-dollars. Exact up to 9 million dollars. */
export function usdToNano(usd: number): number {
  return Math.round(usd * NANO_PER_USD);
}

/** Nano-dollars as a reader wants them. */
export function nanoToUsd(nanoUsd: number): number {
  return nanoUsd / NANO_PER_USD;
}

/** What was spent: to the nearest nano-dollar, and from the middle to the even one, so that many sums do not drift. */
export function picoToNano(picoUsd: number): number {
  const rest = picoUsd % PICO_PER_NANO;
  const nano = (picoUsd - rest) / PICO_PER_NANO;
  if (rest === PICO_PER_NANO / 2) return nano + (nano % 2);
  return rest > PICO_PER_NANO / 2 ? nano + 1 : nano;
}

/** What is reserved: to the next nano-dollar up. At most what an integer can hold, which no budget has. */
export function picoToNanoUp(picoUsd: number): number {
  const rest = picoUsd % PICO_PER_NANO;
  const nano = (picoUsd - rest) / PICO_PER_NANO;
  return Math.min(rest > 0 ? nano + 1 : nano, Number.MAX_SAFE_INTEGER);
}
