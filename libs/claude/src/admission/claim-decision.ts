import type { AcquireOptions, Denial } from './admission-store.js';
import { checkClaims, isAmount } from './check-claims.js';
import type { Claims, Standing } from './meter.js';
import type { MeterState } from './meter-states.js';
import { longerOf, type Refusal } from './refusal.js';

/**
 * Takes all that is claimed, or nothing.
 *
 * @param states What it is taken of, claim by claim.
 * @returns What is held for each claim, then, for each, all that its meter had ever granted once it had granted that. In
 *   one array, and no object for each claim: most of what a lease costs is making and collecting it.
 */
export function takeAll(
  claims: Claims,
  states: readonly MeterState[],
  force: AcquireOptions['force'],
  nowMs: number,
): number[] | Denial {
  const taken = takeWhatIsThere(claims, states, nowMs);
  if (taken !== null) return taken;
  checkClaims(claims);
  return denialOf(claims, states, force, nowMs) ?? takeAnyway(claims, states);
}

/** Almost every decision ends here: all is there. `null` where something is not, or cannot be counted; nothing is taken. */
function takeWhatIsThere({ amounts }: Claims, states: readonly MeterState[], nowMs: number): number[] | null {
  const count = states.length;
  if (amounts.length !== count) return null;
  // oxlint-disable-next-line unicorn/no-new-array -- an array that grows is made several times
  const numbers = new Array<number>(2 * count);
  for (let i = 0; i < count; i += 1) {
    const amount = amounts[i] as number;
    const state = states[i] as MeterState;
    if (!isAmount(amount) || !state.has(amount, nowMs)) return untake(states, numbers, i);
    numbers[i] = amount;
    numbers[count + i] = state.take(amount);
  }
  return numbers;
}

/** Gives back what was taken for the first claims. */
function untake(states: readonly MeterState[], numbers: readonly number[], count: number): null {
  for (let i = 0; i < count; i += 1) (states[i] as MeterState).untake(numbers[i] as number);
  return null;
}

/** Why claims are not granted; `null` where they are. What several claim of one meter is asked of it together. */
function denialOf(
  { amounts }: Claims,
  states: readonly MeterState[],
  force: AcquireOptions['force'],
  nowMs: number,
): Denial | null {
  let longest: Refusal | null = null;
  for (let i = 0; i < states.length; i += 1) {
    const state = states[i] as MeterState;
    state.refill(nowMs);
    if (!isForced(state, force)) longest = longerOf(longest, state.refusal(askedOf(amounts, states, i), nowMs));
  }
  if (longest === null) return null;
  const { meter, reason, waitMs } = longest;
  return {
    granted: false,
    reason,
    meter,
    waitMs: waitMs === Infinity ? null : waitMs,
    standings: standingsOf(states, nowMs),
  };
}

/** One array as long as need be, and no function: the first of a line is told each time somebody else was served. */
function standingsOf(states: readonly MeterState[], nowMs: number): readonly Standing[] {
  // oxlint-disable-next-line unicorn/no-new-array -- an array that grows is made several times
  const standings = new Array<Standing>(states.length);
  for (let i = 0; i < states.length; i += 1) standings[i] = (states[i] as MeterState).standing(nowMs);
  return standings;
}

/** Takes as debt what is not there. */
function takeAnyway({ amounts }: Claims, states: readonly MeterState[]): number[] {
  const granted = states.map((state, i) => state.take(amounts[i] as number));
  return [...amounts, ...granted];
}

/** What is asked of the meter of a claim, up to this claim. */
function askedOf(amounts: readonly number[], states: readonly MeterState[], last: number): number {
  let asked = 0;
  for (let i = 0; i <= last; i += 1) if (states[i] === states[last]) asked += amounts[i] as number;
  return asked;
}

/** Whether a meter grants what it has too little for. */
function isForced(state: MeterState, force: AcquireOptions['force']): boolean {
  return force === true || (force === 'limits' && state.meter.kind !== 'budget');
}
