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
  /**
   * Those that claims were last made of together, by the key of the first: calls to a model claim of the same meters each
   * time, and are found all at once here.
   */
  readonly #together = new Map<string, readonly MeterState[]>();
  /** What claims were last made of, and its states: `null` once one of them is described anew, or forgotten. */
  #lastMeters: readonly Meter[] | null = null;
  #lastStates: readonly MeterState[] = [];
  #round = this.#states.values();

  /** @param maxMeters How many there may be before any is forgotten. */
  constructor(private readonly maxMeters: number) {}

  /** How many are kept. */
  get size(): number {
    return this.#states.size;
  }

  /** The state of a meter now, made where there is none. */
  obtain(meter: Meter, nowMs: number): MeterState {
    this.#makeRoom(1, nowMs);
    return this.#find(meter, nowMs);
  }

  /** The states of meters, meter by meter, made where there are none; not refilled where there are. */
  obtainAll(meters: readonly Meter[], nowMs: number): readonly MeterState[] {
    // Looking each meter up, or comparing each, costs as much as taking of it.
    if (meters === this.#lastMeters) return this.#lastStates;
    const first = meters[0];
    const together = first && this.#together.get(first.key);
    const states = together !== undefined && areOf(together, meters) ? together : this.#findAll(meters, nowMs);
    this.#lastMeters = meters;
    this.#lastStates = states;
    return states;
  }

  /** The state of a meter now, to look at: a new one, not kept, where there is none. */
  look(meter: Meter, nowMs: number): MeterState {
    return this.#states.has(meter.key) ? this.obtain(meter, nowMs) : newState(meter, nowMs);
  }

  /** What is kept now of the meter that a state was kept of when it was given out. */
  successor(state: MeterState, nowMs: number): MeterState {
    const kept = this.#states.get(state.meter.key);
    if (kept !== undefined) return kept;
    this.#makeRoom(1, nowMs);
    this.#states.set(state.meter.key, state);
    return state;
  }

  #find(meter: Meter, nowMs: number): MeterState {
    const kept = this.#states.get(meter.key);
    if (kept === undefined) {
      const state = newState(meter, nowMs);
      this.#states.set(meter.key, state);
      return state;
    }
    if (kept.meter !== meter) this.#lastMeters = null;
    kept.follow(meter, nowMs);
    return kept;
  }

  #findAll(meters: readonly Meter[], nowMs: number): readonly MeterState[] {
    // Before any is found: what is about to be claimed of must not be forgotten, however new it looks.
    this.#makeRoom(meters.length, nowMs);
    const states = meters.map((meter) => this.#find(meter, nowMs));
    const [first] = states;
    if (first !== undefined) this.#together.set(first.meter.key, states);
    return states;
  }

  /** Looks at two for each that may be added: so the round is over before as many again have come. */
  #makeRoom(added: number, nowMs: number): void {
    if (this.#states.size + added <= this.maxMeters) return;
    for (let looked = 0; looked < 2 * added; looked += 1) {
      const { value, done } = this.#round.next();
      if (done) this.#round = this.#states.values();
      else if (value.isAsNew(nowMs)) this.#drop(value);
    }
  }

  #drop(state: MeterState): void {
    this.#states.delete(state.meter.key);
    // Nobody may be given what is no longer kept.
    this.#together.clear();
    this.#lastMeters = null;
  }
}

/** Whether states are of the very meters; one that is described anew is another one. */
function areOf(states: readonly MeterState[], meters: readonly Meter[]): boolean {
  if (states.length !== meters.length) return false;
  for (let i = 0; i < meters.length; i += 1) {
    if ((states[i] as MeterState).meter !== meters[i]) return false;
  }
  return true;
}

function newState(meter: Meter, nowMs: number): MeterState {
  if (meter.kind === 'rate') return new HeldBucket(checkMeter(meter, 'rate'), nowMs);
  if (meter.kind === 'budget') return new BudgetCounter(checkMeter(meter, 'budget'), nowMs);
  return new Slots(checkMeter(meter, 'slots'));
}
