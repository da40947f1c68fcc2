import type { AcquireOptions, Denial } from './admission-store.js';
import type { Claim } from './meter.js';
import type { MeterState } from './meter-states.js';
import { longestOf, type Refusal } from './refusal.js';

/**
 * Whether claims are granted, all of them. What several claim of one meter is asked of it at once.
 *
 * @param states What they are claimed of, claim by claim.
 */
export function isGranted(
  claims: readonly Claim[],
  states: readonly MeterState[],
  force: AcquireOptions['force'],
  nowMs: number,
): boolean {
  let granted = true;
  for (let i = 0; i < claims.length; i += 1) {
    const state = states[i] as MeterState;
    state.asked += (claims[i] as Claim).amount;
    if (!state.has(state.asked, nowMs) && !isForced(state, force)) granted = false;
  }
  if (!granted) askNothing(states);
  return granted;
}

/** Why claims that do not fit are not granted. */
export function denialOf(claims: readonly Claim[], states: readonly MeterState[], nowMs: number): Denial {
  const refusals: Refusal[] = [];
  for (const [i, state] of states.entries()) {
    state.asked += claims[i]?.amount ?? 0;
    const refusal = state.refusal(state.asked, nowMs);
    if (refusal !== null) refusals.push(refusal);
  }
  askNothing(states);
  const { meter, reason, waitMs } = longestOf(refusals);
  const standings = states.map((state) => state.standing(nowMs));
  return { granted: false, reason, meter, waitMs: waitMs === Infinity ? null : waitMs, standings };
}

/** Whether a meter grants what it has too little for. */
function isForced(state: MeterState, force: AcquireOptions['force']): boolean {
  return force === true || (force === 'limits' && state.meter.kind !== 'budget');
}

function askNothing(states: readonly MeterState[]): void {
  for (const state of states) state.asked = 0;
}
