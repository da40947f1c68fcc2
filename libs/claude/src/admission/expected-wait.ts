import type { Claim, Standing } from './meter.js';
import type { UsedShares } from './used-shares.js';

/** How long a request would wait, and for what. */
export interface ExpectedWait {
  readonly waitMs: number;
  /** The meter that takes longest; `undefined` when none makes it wait. */
  readonly standing: Standing | undefined;
}

const NO_WAIT: ExpectedWait = { waitMs: 0, standing: undefined };

/**
 * How long a request at the end of a line would wait, if those ahead use as much of their claims as others did: the
 * longest of its meters, each (what is asked of it - what it has) / rate. Places that are all taken tell no time.
 *
 * @param ahead What those ahead in line ask for, claim by claim.
 * @param elapsedMs Milliseconds since the meters stood as given.
 */
export function expectWait(
  claims: readonly Claim[],
  ahead: readonly number[],
  standings: readonly Standing[],
  elapsedMs: number,
  shares: UsedShares,
): ExpectedWait {
  let longest = NO_WAIT;
  for (const [index, standing] of standings.entries()) {
    const waitMs = waitOf(standing, claims[index]?.amount ?? 0, (ahead[index] ?? 0) * shares.of(index), elapsedMs);
    // Nobody knows when a pause ends, and it is the reason all the same.
    const isReason = longest.standing === undefined && standing.closedForMs === Infinity;
    if (waitMs > longest.waitMs || isReason) longest = { waitMs, standing };
  }
  return longest;
}

/** Whether a meter could never give so much at once. A guess gives it as debt. */
export function neverGives(standing: Standing, amount: number): boolean {
  const { meter, learnedLimit, limit, burst } = standing;
  if (meter.kind === 'slots') return amount > limit;
  return amount > burst && !(meter.isGuess && learnedLimit === null);
}

function waitOf(standing: Standing, amount: number, ahead: number, elapsedMs: number): number {
  const { level, burst, ratePerMs, closedForMs } = standing;
  const closedMs = Number.isFinite(closedForMs) ? Math.max(0, closedForMs - elapsedMs) : 0;
  const missing = ahead + Math.min(amount, burst) - level;
  if (ratePerMs <= 0 || !(missing > 0)) return closedMs;
  return Math.max(closedMs, missing / ratePerMs - elapsedMs);
}
