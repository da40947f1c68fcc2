import type { AdaptiveConcurrencyOptions } from './adaptive-concurrency.options.js';

/** How much an overload leaves of the limit. */
const DECREASE = 0.8;
/** One overload shows in many calls at once: the limit is lowered once for all of them. */
const DECREASE_EVERY_MS = 1_000;

/** Somebody who waits for a place, to be told when one is free. */
export interface PlaceListener {
  placeFree(): void;
}

/**
 * How many calls may be under way at one endpoint: additive increase, multiplicative decrease (as in TCP, RFC 5681). It
 * starts small and, as long as nothing was ever overloaded, grows by one with every answer; after the first overload by
 * one a round of answers. It grows only while it is made use of, since an unused limit proves nothing.
 */
export class AdaptiveConcurrency {
  #limit: number;
  #inFlight = 0;
  #wasOverloaded = false;
  #loweredAtMs = -Infinity;
  readonly #waiting = new Set<PlaceListener>();

  constructor(private readonly settings: Required<AdaptiveConcurrencyOptions>) {
    this.#limit = settings.initial;
  }

  /** Calls that may be under way. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Takes a place, if there is one. */
  tryTake(): boolean {
    if (this.#inFlight >= this.limit) return false;
    this.#inFlight += 1;
    return true;
  }

  /** Takes a place in any case: for what is counted, not limited. */
  take(): void {
    this.#inFlight += 1;
  }

  /** Gives a place back and tells those who wait for one, longest wait first. */
  release(): void {
    this.#inFlight -= 1;
    this.#tell();
  }

  /** Gives back a place nobody could have noticed missing. */
  untake(): void {
    this.#inFlight -= 1;
  }

  /** An answer came. */
  answered(): void {
    if (this.#inFlight < this.#limit / 2) return;
    const step = this.#wasOverloaded ? 1 / this.#limit : 1;
    this.#limit = Math.min(this.settings.max, this.#limit + step);
    this.#tell();
  }

  /** The endpoint has too much to do. */
  overloaded(nowMs: number): void {
    this.#wasOverloaded = true;
    if (nowMs - this.#loweredAtMs < DECREASE_EVERY_MS) return;
    this.#loweredAtMs = nowMs;
    this.#limit = Math.max(this.settings.min, this.#limit * DECREASE);
  }

  /** Tells somebody when a place is free. Those told first are those who asked first. */
  waitForPlace(listener: PlaceListener): void {
    this.#waiting.add(listener);
  }

  #tell(): void {
    // Whoever still finds none asks again, and is then the last in turn.
    while (this.#waiting.size > 0 && this.#inFlight < this.limit) {
      const [listener] = this.#waiting;
      if (listener === undefined) return;
      this.#waiting.delete(listener);
      listener.placeFree();
    }
  }
}
