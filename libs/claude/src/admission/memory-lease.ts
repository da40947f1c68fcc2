import type { Lease } from './admission-store.js';
import type { LeaseLink } from './lease-list.js';
import type { Claim } from './meter.js';
import type { MeterState, MeterStates } from './meter-states.js';

/** Stands for the amount of a claim that is settled. */
const SETTLED = -1;

/** Claims that a memory store has granted together. What is still held when it expires counts as used. */
export class MemoryLease implements Lease, LeaseLink {
  readonly granted = true;
  expiresAtMs = Infinity;
  earlier: LeaseLink = this;
  later: LeaseLink = this;

  readonly #owner: MeterStates;
  readonly #states: readonly MeterState[];
  /**
   * What is held for each claim, then, for each, all that its meter had ever granted once it had granted that. In one
   * array, and no object for each claim: most of what a lease costs is making and collecting it.
   */
  readonly #numbers: number[];
  #unsettled: number;
  #hasLapsed = false;

  /**
   * Takes all claims, as debt where there is too little.
   *
   * @param states What they are taken of, claim by claim.
   * @param owner Where those are kept.
   */
  constructor(
    readonly claims: readonly Claim[],
    states: readonly MeterState[],
    owner: MeterStates,
  ) {
    const count = states.length;
    // oxlint-disable-next-line unicorn/no-new-array -- an array that grows is made several times
    const numbers = new Array<number>(2 * count);
    for (let i = 0; i < count; i += 1) {
      const { amount } = claims[i] as Claim;
      numbers[i] = amount;
      numbers[count + i] = (states[i] as MeterState).take(amount);
    }
    this.#owner = owner;
    this.#states = states;
    this.#numbers = numbers;
    this.#unsettled = count;
  }

  /** Whether nothing is held by it any more. */
  get isOver(): boolean {
    return this.#unsettled === 0 || this.#hasLapsed;
  }

  /** Whether its claims are held of these meters. */
  isHeldOf(states: MeterStates): boolean {
    return this.#owner === states;
  }

  /** Replaces claims by what was used; those that were replaced before stay as they are. */
  settle(used: readonly (number | null)[], nowMs: number): void {
    const numbers = this.#numbers;
    for (let i = 0; i < this.#states.length; i += 1) {
      const held = numbers[i] as number;
      const amount = used[i] as number | null;
      if (amount === null || held === SETTLED) continue;
      const state = this.#states[i] as MeterState;
      numbers[i] = SETTLED;
      this.#unsettled -= 1;
      if (!this.#hasLapsed) state.settle(held, amount, nowMs);
      else this.#owner.successor(state, nowMs).correct(held, amount, this.expiresAtMs, nowMs);
    }
  }

  /** Counts what is still held as used: whoever held it is gone. */
  lapse(): void {
    this.#hasLapsed = true;
    for (const [i, state] of this.#states.entries()) {
      const held = this.#numbers[i] ?? SETTLED;
      if (held !== SETTLED) state.lapse(held, this.expiresAtMs);
    }
  }

  /** All that a meter had ever granted when these claims were granted; `null` where none of them is its. */
  grantedOf(state: MeterState): number | null {
    const index = this.#states.lastIndexOf(state);
    return index < 0 ? null : (this.#numbers[this.#states.length + index] ?? null);
  }
}
