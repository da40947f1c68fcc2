import type { Claims, Standing } from './meter.js';
import type { UsedShares } from './used-shares.js';

/** How meters stood, and when. */
export interface Outlook {
  readonly standings: readonly Standing[];
  /** Monotonic milliseconds. */
  readonly asOfMs: number;
}

/** How long a request would wait, and for what. */
export interface ExpectedWait {
  readonly waitMs: number;
  /** Whether it is only a guess that makes it wait. */
  readonly isGuess: boolean;
  /** The meter that takes longest; `undefined` when none makes it wait. */
  readonly standing: Standing | undefined;
}

const NO_WAIT: ExpectedWait = { waitMs: 0, isGuess: false, standing: undefined };

/**
 * How long a request at the end of a line would wait, if those ahead use as much of their claims as others did: the
 * longest of its meters, each (what is asked of it - what it has) / rate. Places that are all taken tell no time.
 *
 * @param ahead What those ahead in line ask for, claim by claim.
 * @param elapsedMs Milliseconds since the meters stood as given.
 */
export function expectWait(
  { amounts }: Claims,
  ahead: readonly number[],
  standings: readonly Standing[],
  elapsedMs: number,
  shares: UsedShares,
): ExpectedWait {
  // One object at the end: whoever joins a long line asks for it, and those who wait make the collector's work dear.
  let longestMs = 0;
  let isGuess = false;
  let reason: Standing | undefined;
  for (let index = 0; index < standings.length; index += 1) {
    const standing = standings[index] as Standing;
    const asked = amounts[index] ?? 0;
    const closedMs = closedFor(standing, elapsedMs);
    const flowMs = flowOf(standing, asked, (ahead[index] ?? 0) * shares.of(index), elapsedMs);
    const waitMs = Math.max(closedMs, flowMs);
    // Nobody knows when a pause ends, and it is the reason all the same.
    const isReason = reason === undefined && standing.closedForMs === Infinity;
    if (waitMs > longestMs || isReason) {
      longestMs = waitMs;
      isGuess = flowMs > closedMs && isGuessed(standing);
      reason = standing;
    }
  }
  return reason === undefined ? NO_WAIT : { waitMs: longestMs, isGuess, standing: reason };
}

/** Whether the limit of a meter is still a guess. */
function isGuessed({ meter, learnedLimit }: Standing): boolean {
  return meter.kind === 'rate' && meter.isGuess && learnedLimit === null;
}

/** Whether a meter could never give so much at once. A guess gives it as debt. */
export function neverGives(standing: Standing, amount: number): boolean {
  const { meter, limit, burst } = standing;
  // Money is not waited for: whoever asks for too much of it hears that from the store.
  if (meter.kind === 'budget') return false;
  return meter.kind === 'slots' ? amount > limit : amount > burst && !isGuessed(standing);
}

/** How long it stays closed, as far as anybody knows. */
function closedFor({ closedForMs }: Standing, elapsedMs: number): number {
  return Number.isFinite(closedForMs) ? Math.max(0, closedForMs - elapsedMs) : 0;
}

/** How long it takes until enough has flowed back. */
function flowOf({ level, burst, ratePerMs }: Standing, amount: number, ahead: number, elapsedMs: number): number {
  const missing = ahead + Math.min(amount, burst) - level;
  return ratePerMs > 0 && missing > 0 ? Math.max(0, missing / ratePerMs - elapsedMs) : 0;
}
