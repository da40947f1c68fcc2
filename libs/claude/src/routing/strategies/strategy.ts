import type { Random } from '../../call/clock.js';

/** An endpoint that can take a call now, or after a wait. */
export interface Candidate {
  readonly name: string;
  /** Its share of the load, compared with the others'. Above 0. */
  readonly weight: number;
  /** Attempts under way there. */
  readonly inFlight: number;
  /** How much of its limits is left for such a call, from 0 to 1. */
  readonly headroom: number;
  /** When it was picked last, as a number that only grows; 0 for never. */
  readonly pickedAt: number;
  /** What shares its prompt cache: endpoints of one workspace. */
  readonly cacheDomain: string;
  readonly limitDomain: string;
}

/** What a strategy may know of a call. */
export interface RoutedCall {
  readonly model: string | null;
  /**
   * What keeps a conversation, or calls with the same cached prefix, together; `null` where nothing does. Worked out when it
   * is first asked for.
   */
  readonly affinity: string | null;
}

/** Chooses among endpoints that can take a call. Each module instance has one of its own, so it may remember. */
export interface BalancingStrategy {
  /** What `with({ strategy })` and records call it. */
  readonly name: string;
  /**
   * @param candidates At least one, in the order of the configuration. They are the same objects as long as the endpoints are.
   * @returns One of the candidates.
   */
  pick<C extends Candidate>(candidates: readonly [C, ...C[]], call: RoutedCall, random: Random): C;
}
