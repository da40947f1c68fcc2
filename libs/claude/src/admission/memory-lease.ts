import type { Denial, Lease } from './admission-store.js';
import type { Claim } from './meter.js';
import type { MeterState, MeterStates } from './meter-states.js';
import { longestOf, type Refusal } from './refusal.js';

/** One claim, and what it is held of. */
interface Hold {
  readonly state: MeterState;
  readonly amount: number;
  /** All that the meter had ever granted once it had granted this. */
  granted: number;
  isSettled: boolean;
}

/** Claims that a memory store grants together, or not at all. */
export class MemoryLease implements Lease {
  readonly granted = true;
  /** When what is still held counts as used, in monotonic milliseconds. */
  expiresAtMs = Infinity;
  /** Its neighbours among the leases that expire. */
  earlier: MemoryLease | null = null;
  later: MemoryLease | null = null;

  readonly #states: MeterStates;
  readonly #holds: readonly Hold[];
  #unsettled: number;
  #hasLapsed = false;

  constructor(
    readonly claims: readonly Claim[],
    states: MeterStates,
    nowMs: number,
  ) {
    this.#states = states;
    this.#unsettled = claims.length;
    this.#holds = claims.map(({ meter, amount }) => {
      return { state: states.obtain(meter, nowMs), amount, granted: 0, isSettled: false };
    });
  }

  /** Whether nothing is held by it any more. */
  get isOver(): boolean {
    return this.#unsettled === 0 || this.#hasLapsed;
  }

  /** Whether its claims are held of these meters. */
  isHeldOf(states: MeterStates): boolean {
    return this.#states === states;
  }

  /** Takes all claims, as debt where there is too little. */
  take(): void {
    for (const hold of this.#holds) hold.granted = hold.state.take(hold.amount);
  }

  /** Takes all claims or none, and says which. What several claim of one meter is asked of it at once. */
  tryTake(nowMs: number): boolean {
    let fits = true;
    for (const { state, amount } of this.#holds) {
      state.asked += amount;
      if (!state.has(state.asked, nowMs)) fits = false;
    }
    if (fits) this.take();
    else this.#askNothing();
    return fits;
  }

  /** Takes all claims, whatever is left of anything but budgets, or none; and says which. */
  tryTakeOfBudgets(nowMs: number): boolean {
    let fits = true;
    for (const { state, amount } of this.#holds) {
      state.asked += amount;
      if (state.meter.kind === 'budget' && !state.has(state.asked, nowMs)) fits = false;
    }
    if (fits) this.take();
    else this.#askNothing();
    return fits;
  }

  /** Why the claims cannot be taken. */
  denial(nowMs: number): Denial {
    const refusals: Refusal[] = [];
    for (const { state, amount } of this.#holds) {
      state.asked += amount;
      const refusal = state.refusal(state.asked, nowMs);
      if (refusal !== null) refusals.push(refusal);
    }
    this.#askNothing();
    const { meter, reason, waitMs } = longestOf(refusals);
    const standings = this.#holds.map(({ state }) => state.standing(nowMs));
    return { granted: false, reason, meter, waitMs: waitMs === Infinity ? null : waitMs, standings };
  }

  /** Replaces claims by what was used; those that were replaced before stay as they are. */
  settle(used: readonly (number | null)[], nowMs: number): void {
    for (let i = 0; i < this.#holds.length; i += 1) {
      const hold = this.#holds[i];
      const amount = used[i] ?? null;
      if (hold === undefined || amount === null || hold.isSettled) continue;
      hold.isSettled = true;
      this.#unsettled -= 1;
      if (!this.#hasLapsed) hold.state.settle(hold.amount, amount, nowMs);
      else this.#states.successor(hold.state, nowMs).correct(hold.amount, amount, this.expiresAtMs, nowMs);
    }
  }

  /** Counts what is still held as used: whoever held it is gone. */
  lapse(): void {
    this.#hasLapsed = true;
    for (const { state, amount, isSettled } of this.#holds) if (!isSettled) state.lapse(amount, this.expiresAtMs);
  }

  /** All that a meter had ever granted when these claims were granted; `null` where none of them is its. */
  grantedOf(state: MeterState): number | null {
    return this.#holds.findLast((hold) => hold.state === state)?.granted ?? null;
  }

  #askNothing(): void {
    for (const { state } of this.#holds) state.asked = 0;
  }
}
