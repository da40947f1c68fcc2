import type { Clock } from '../call/clock.js';
import type { Observation } from './admission-store.js';
import { checkMeter } from './check-claims.js';
import type { BudgetMeter, Meter, Standing } from './meter.js';
import type { Refusal } from './refusal.js';
import { SlicedSum } from './sliced-sum.js';

/**
 * What is used and reserved of a budget. A claim is reserved until it is settled; whoever claimed it and is gone counts as
 * having used it all, until a late settlement corrects that.
 */
export class BudgetCounter {
  #meter: BudgetMeter;
  #reserved = 0;
  #claimsOut = 0;
  #keepUntilMs: number;
  readonly #used: SlicedSum;
  readonly #credit: SlicedSum;

  constructor(meter: BudgetMeter, nowMs: number) {
    this.#meter = meter;
    this.#keepUntilMs = nowMs + meter.keepMs;
    this.#used = new SlicedSum(meter.rollingMs, nowMs);
    this.#credit = new SlicedSum(meter.rollingMs, nowMs);
  }

  get meter(): BudgetMeter {
    return this.#meter;
  }

  /** Takes over its meter's description if that is another one. */
  follow(meter: Meter, nowMs: number): void {
    if (meter === this.#meter) return;
    this.#meter = checkMeter(meter, 'budget');
    this.#keepUntilMs = nowMs + this.#meter.keepMs;
  }

  /** Nothing of it flows back. */
  refill(): void {}

  /** Whether so much is left. Of a limit of 0 not even nothing is. */
  has(amount: number, nowMs: number): boolean {
    const limit = this.#limit(nowMs);
    return !this.#meter.isHard || (limit > 0 && this.#used.total(nowMs) + this.#reserved + amount <= limit);
  }

  /** Reserves an amount, even where too little is left. Of budgets nobody asks what was granted when. */
  take(amount: number): number {
    this.#reserved += amount;
    this.#claimsOut += 1;
    return 0;
  }

  /** Takes back what it has just given. */
  untake(amount: number): void {
    this.#release(amount);
  }

  settle(claimed: number, used: number, clock: Pick<Clock, 'now'>): void {
    const nowMs = this.#used.movesOn ? clock.now() : 0;
    this.#release(claimed);
    this.#used.add(used, nowMs, nowMs);
  }

  lapse(claimed: number, atMs: number): void {
    this.#release(claimed);
    this.#used.add(claimed, atMs, atMs);
  }

  correct(claimed: number, used: number, lapsedAtMs: number, nowMs: number): void {
    this.#used.add(used - claimed, lapsedAtMs, nowMs);
  }

  /** Why it cannot give so much; `null` if it can. */
  refusal(amount: number, nowMs: number): Refusal | null {
    if (this.has(amount, nowMs)) return null;
    const limit = this.#limit(nowMs);
    const missing = this.#used.total(nowMs) + this.#reserved + amount - limit;
    const waitMs = amount > limit || limit === 0 ? null : this.#used.overIn(missing, nowMs);
    return { meter: this.#meter, reason: 'spent', waitMs };
  }

  observe({ credit, spent, reset }: Observation, _grantedThen: number | null, nowMs: number): void {
    if (reset === true) {
      this.#used.clear();
      this.#credit.clear();
    }
    if (credit !== undefined) this.#credit.add(credit, nowMs, nowMs);
    if (spent !== undefined) this.#used.add(spent.amount, nowMs - spent.agoMs, nowMs);
  }

  standing(nowMs: number): Standing {
    const limit = this.#limit(nowMs);
    return {
      meter: this.#meter,
      limit,
      learnedLimit: null,
      burst: limit,
      level: limit - this.#used.total(nowMs) - this.#reserved,
      outstanding: this.#reserved,
      ratePerMs: 0,
      closedForMs: 0,
      closedBy: null,
    };
  }

  /** Whether a new one would be no different, or its stretch is over. */
  isAsNew(nowMs: number): boolean {
    if (this.#claimsOut > 0) return false;
    return nowMs >= this.#keepUntilMs || (this.#used.total(nowMs) === 0 && this.#credit.total(nowMs) === 0);
  }

  #limit(nowMs: number): number {
    return this.#meter.limit + this.#credit.total(nowMs);
  }

  #release(claimed: number): void {
    this.#reserved -= claimed;
    this.#claimsOut -= 1;
  }
}
