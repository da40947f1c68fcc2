import type { Observation } from './admission-store.js';
import { checkMeter } from './check-claims.js';
import { Closing } from './closing.js';
import type { Meter, SlotMeter, Standing } from './meter.js';
import { orClosed, type Refusal } from './refusal.js';

/** Places that are taken and given back. A settlement frees a place whatever was used of it. */
export class Slots {
  readonly #closing = new Closing();
  #meter: SlotMeter;
  #learnedLimit: number | null = null;
  #limit: number;
  #taken = 0;
  #claimsOut = 0;

  constructor(meter: SlotMeter) {
    this.#meter = meter;
    this.#limit = meter.limit;
  }

  get meter(): SlotMeter {
    return this.#meter;
  }

  /** Takes over its meter's description if that is another one. */
  follow(meter: Meter): void {
    if (meter === this.#meter) return;
    this.#meter = checkMeter(meter, 'slots');
    this.#derive();
  }

  /** Nothing of it flows back. */
  refill(): void {}

  /** Whether so many places are free. */
  has(amount: number, nowMs: number): boolean {
    return this.#taken + amount <= this.#limit && this.#closing.isOver(nowMs);
  }

  /** Takes places, even where there are too few. Of places nobody asks what was granted when. */
  take(amount: number): number {
    this.#taken += amount;
    this.#claimsOut += 1;
    return 0;
  }

  /** Takes back what it has just given. */
  untake(amount: number): void {
    this.settle(amount);
  }

  settle(claimed: number): void {
    this.#claimsOut -= 1;
    // Fractions do not add up: where nobody is, no place is taken.
    this.#taken = this.#claimsOut === 0 ? 0 : this.#taken - claimed;
  }

  /** Frees the places of somebody who is gone. */
  lapse(claimed: number): void {
    this.settle(claimed);
  }

  /** Nothing is left to correct of a place that is free again. */
  correct(): void {}

  /** Why it cannot give so many places; `null` if it can. */
  refusal(amount: number, nowMs: number): Refusal | null {
    return orClosed(this.#shortage(amount), this.#meter, this.#closing.leftMs(nowMs));
  }

  /** Places are never left over: only a limit and a closing mean something. */
  observe({ limit, closed }: Observation, _grantedThen: number | null, nowMs: number): void {
    if (limit !== undefined) {
      this.#learnedLimit = limit;
      this.#derive();
    }
    if (closed !== undefined) this.#closing.close(closed.forMs, closed.by, nowMs);
  }

  standing(nowMs: number): Standing {
    return {
      meter: this.#meter,
      limit: this.#limit,
      learnedLimit: this.#learnedLimit,
      burst: this.#limit,
      level: this.#limit - this.#taken,
      outstanding: this.#taken,
      ratePerMs: 0,
      closedForMs: this.#closing.leftMs(nowMs),
      closedBy: this.#closing.by(nowMs),
    };
  }

  /** Whether a new one would be no different. */
  isAsNew(nowMs: number): boolean {
    return this.#claimsOut === 0 && this.#learnedLimit === null && this.#closing.leftMs(nowMs) === 0;
  }

  #shortage(amount: number): Refusal | null {
    if (amount > this.#limit) return { meter: this.#meter, reason: 'never', waitMs: null };
    return this.#taken + amount > this.#limit ? { meter: this.#meter, reason: 'slots', waitMs: null } : null;
  }

  #derive(): void {
    this.#limit = Math.min(this.#meter.limit, this.#learnedLimit ?? Infinity);
  }
}
