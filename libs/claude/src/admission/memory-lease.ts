import type { Clock } from '../call/clock.js';
import type { Lease } from './admission-store.js';
import type { LeaseLink } from './lease-list.js';
import type { Claims } from './meter.js';
import type { MeterState, MeterStates } from './meter-states.js';

/** Stands for the amount of a claim that is settled. */
const SETTLED = -1;

/** Claims that a memory store has granted together. What is still held when it expires counts as used. */
export class MemoryLease implements Lease, LeaseLink {
  readonly granted = true;
  expiresAtMs = Infinity;
  earlier: LeaseLink = this;
  later: LeaseLink = this;
  hasLapsed = false;

  /**
   * @param states What its claims were taken of, claim by claim.
   * @param numbers What is held for each claim, then, for each, all that its meter had ever granted by then.
   * @param owner Where the states are kept.
   * @param unsettled How many of its claims are held.
   */
  constructor(
    readonly claims: Claims,
    private readonly states: readonly MeterState[],
    private readonly numbers: number[],
    private readonly owner: MeterStates,
    private unsettled: number,
  ) {}

  /** Whether nothing is held by it any more. */
  get isOver(): boolean {
    return this.unsettled === 0 || this.hasLapsed;
  }

  /** Whether its claims are held of these meters. */
  isHeldOf(states: MeterStates): boolean {
    return this.owner === states;
  }

  /** Replaces claims by what was used; those that were replaced before stay as they are. */
  settle(used: readonly (number | null)[], clock: Clock): void {
    const { states, numbers } = this;
    for (let i = 0; i < states.length; i += 1) {
      const held = numbers[i] as number;
      const amount = used[i] as number | null;
      if (amount === null || held === SETTLED) continue;
      numbers[i] = SETTLED;
      this.unsettled -= 1;
      (states[i] as MeterState).settle(held, amount, clock);
    }
  }

  /** Corrects what was counted for claims when it lapsed; those that were replaced before stay as they are. */
  correct(used: readonly (number | null)[], nowMs: number): void {
    for (const [i, state] of this.states.entries()) {
      const held = this.numbers[i] ?? SETTLED;
      const amount = used[i] ?? null;
      if (amount === null || held === SETTLED) continue;
      this.numbers[i] = SETTLED;
      this.owner.successor(state, nowMs).correct(held, amount, this.expiresAtMs, nowMs);
    }
  }

  /** Counts what is still held as used: whoever held it is gone. */
  lapse(): void {
    this.hasLapsed = true;
    for (const [i, state] of this.states.entries()) {
      const held = this.numbers[i] ?? SETTLED;
      if (held !== SETTLED) state.lapse(held, this.expiresAtMs);
    }
  }

  /** All that a meter had ever granted when these claims were granted; `null` where none of them is its. */
  grantedOf(state: MeterState): number | null {
    const index = this.states.lastIndexOf(state);
    return index < 0 ? null : (this.numbers[this.states.length + index] ?? null);
  }
}
