import { BudgetCounter } from './budget-counter.js';
import { checkMeter } from './check-claims.js';
import { HeldBucket } from './held-bucket.js';
import type { Meter } from './meter.js';
import { Slots } from './slots.js';

/** What is kept of one meter. */
export type MeterState = HeldBucket | Slots | BudgetCounter;

/** The meters of a store. Those that are as new are forgotten where there are many: keys may be made of users' names. */
export class MeterStates {
  readonly #states = new Map<string, MeterState>();
  #round = this.#states.values();

  /** @param maxMeters How many there may be before any is forgotten. */
  constructor(private readonly maxMeters: number) {}

  /** How many are kept. */
  get size(): number {
    return this.#states.size;
  }

  /** The state of a meter now, made where there is none. */
  obtain(meter: Meter, nowMs: number): MeterState {
    const state = this.#states.get(meter.key);
    if (state === undefined) return this.#keep(newState(meter, nowMs), nowMs);
    state.follow(meter, nowMs);
    return state;
  }

  /** The state of a meter now, to look at: a new one, not kept, where there is none. */
  look(meter: Meter, nowMs: number): MeterState {
    return this.#states.has(meter.key) ? this.obtain(meter, nowMs) : newState(meter, nowMs);
  }

  /** What is kept now of the meter that a state was kept of when it was given out. */
  successor(state: MeterState, nowMs: number): MeterState {
    return this.#states.get(state.meter.key) ?? this.#keep(state, nowMs);
  }

  #keep(state: MeterState, nowMs: number): MeterState {
    if (this.#states.size >= this.maxMeters) this.#forget(nowMs);
    this.#states.set(state.meter.key, state);
    return state;
  }

  /** Looks at two for each that is added: so the round is over before as many again have come. */
  #forget(nowMs: number): void {
    for (let looked = 0; looked < 2; looked += 1) {
      const { value, done } = this.#round.next();
      if (done) this.#round = this.#states.values();
      else if (value.isAsNew(nowMs)) this.#states.delete(value.meter.key);
    }
  }
}

function newState(meter: Meter, nowMs: number): MeterState {
  if (meter.kind === 'rate') return new HeldBucket(checkMeter(meter, 'rate'), nowMs);
  if (meter.kind === 'budget') return new BudgetCounter(checkMeter(meter, 'budget'), nowMs);
  return new Slots(checkMeter(meter, 'slots'));
}
