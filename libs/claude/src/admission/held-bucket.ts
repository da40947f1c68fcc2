import type { Observation } from './admission-store.js';
import { checkMeter } from './check-claims.js';
import { Closing, ROUNDING_MS } from './closing.js';
import type { Meter, RateMeter, Standing } from './meter.js';
import { orClosed, type Refusal } from './refusal.js';

/** What a token remainder may be too low by: the API rounds those to thousands, and requests not at all. */
const TOKEN_ROUNDING = 500;

/**
 * A token bucket that refills only up to what is not held: as long as a claim is out, nothing flows into its place, so
 * that giving it back never makes more than a burst.
 *
 * Its law: what is really used by the claims granted in any interval is at most the burst at its start and what flows
 * back during it, in whatever order and however late they are settled. Claims that turn out too low add what they were too
 * low by, until they are settled.
 */
export class HeldBucket {
  readonly #closing = new Closing();
  /** Most never are, and then there is no time to compare. */
  #wasClosed = false;
  #meter: RateMeter;
  #learnedLimit: number | null = null;
  #limit = 0;
  #burst = 0;
  #ratePerMs = 0;
  /** Units that are no shortage: rounding of times and amounts. */
  #tolerance = 0;
  /** When its numbers last changed. */
  #changedMs = 0;
  /** Up to when it has been refilled. */
  #atMs = 0;
  /** Its level, if all that is claimed were given back: never above the burst. */
  #unused = 0;
  #outstanding = 0;
  #claimsOut = 0;
  #granted = 0;

  /** A full one. */
  constructor(meter: RateMeter, nowMs: number) {
    this.#meter = meter;
    this.#atMs = nowMs;
    this.#changedMs = nowMs;
    this.#derive();
    this.#unused = this.#burst;
  }

  get meter(): RateMeter {
    return this.#meter;
  }

  /** What it can give at once. */
  get level(): number {
    return this.#unused - this.#outstanding;
  }

  /** Lets in what has flowed back until now. */
  refill(nowMs: number): void {
    const elapsedMs = nowMs - this.#atMs;
    if (elapsedMs <= 0) return;
    this.#atMs = nowMs;
    const unused = this.#unused + this.#ratePerMs * elapsedMs;
    this.#unused = unused < this.#burst ? unused : this.#burst;
  }

  /** Refills it, and takes over its meter's description if that is another one. */
  follow(meter: Meter, nowMs: number): void {
    this.refill(nowMs);
    if (meter !== this.#meter) this.#redescribe(meter, nowMs);
  }

  /** Whether it can give so much at once, of what has flowed back until now too. */
  has(amount: number, nowMs: number): boolean {
    this.refill(nowMs);
    return this.#covers(amount) && (!this.#wasClosed || this.#closing.isOver(nowMs));
  }

  /** Gives so much, as debt where it has too little. Returns all it ever granted, this included. */
  take(amount: number): number {
    this.#outstanding += amount;
    this.#claimsOut += 1;
    return (this.#granted += amount);
  }

  /** Takes back what it has just given. */
  untake(amount: number): void {
    this.#release(amount);
    this.#granted -= amount;
  }

  /**
   * Replaces a claim by what was used, as if that had come out when it was last refilled: its law holds whenever a claim is
   * settled, and nothing was granted since. So nobody has to look at the clock for it.
   */
  settle(claimed: number, used: number): void {
    this.#release(claimed);
    this.#unused -= used;
  }

  /** Counts a claim as used whose holder is gone. */
  lapse(claimed: number, atMs: number): void {
    this.refill(atMs);
    this.settle(claimed, claimed);
  }

  /**
   * Corrects what was counted for a claim that lapsed. What has flowed into its place since then is not given once more:
   * the law would not hold otherwise. What it flowed at is known only as long as the meter's numbers stay the same.
   */
  correct(claimed: number, used: number, lapsedMs: number, nowMs: number): void {
    this.refill(nowMs);
    const unused = claimed - used;
    if (unused <= 0) this.#unused += unused;
    else if (lapsedMs > this.#changedMs) {
      const flowed = nowMs > lapsedMs ? this.#ratePerMs * (nowMs - lapsedMs) : 0;
      this.#unused = Math.min(this.#unused + Math.max(0, unused - flowed), this.#burst);
    }
  }

  /** Why it cannot give so much; `null` if it can. */
  refusal(amount: number, nowMs: number): Refusal | null {
    return orClosed(this.#shortage(amount), this.#meter, this.#closing.leftMs(nowMs));
  }

  /** @param grantedThen All it had ever granted when the request was let through whose answer told it; `null` if unknown. */
  observe({ limit, remaining, closed }: Observation, grantedThen: number | null, nowMs: number): void {
    if (limit !== undefined) this.#learn(limit, nowMs);
    if (remaining !== undefined)
      this.#unused = Math.min(this.#unused, this.#reallyLeft(remaining, grantedThen) + this.#outstanding);
    if (closed === undefined) return;
    this.#wasClosed = true;
    this.#closing.close(closed.forMs, closed.by, nowMs);
  }

  standing(nowMs: number): Standing {
    return {
      meter: this.#meter,
      limit: this.#limit,
      learnedLimit: this.#learnedLimit,
      burst: this.#burst,
      level: this.level,
      outstanding: this.#outstanding,
      ratePerMs: this.#ratePerMs,
      closedForMs: this.#closing.leftMs(nowMs),
      closedBy: this.#closing.by(nowMs),
    };
  }

  /** Whether a new one would be no different. */
  isAsNew(nowMs: number): boolean {
    this.refill(nowMs);
    const isFull = this.#claimsOut === 0 && this.#unused >= this.#burst;
    return isFull && this.#learnedLimit === null && this.#closing.leftMs(nowMs) === 0;
  }

  /** Whether its limit is a guess that nothing has replaced. */
  get #isGuessing(): boolean {
    return this.#meter.isGuess && this.#learnedLimit === null;
  }

  #covers(amount: number): boolean {
    return amount - this.level <= this.#tolerance;
  }

  #shortage(amount: number): Refusal | null {
    const isOversize = amount - this.#burst > this.#tolerance;
    if (isOversize && !this.#isGuessing) return { meter: this.#meter, reason: 'never', waitMs: null };
    const needed = isOversize ? this.#burst : amount;
    if (this.#covers(needed)) return null;
    const isHeldBack = needed - (this.#burst - this.#outstanding) > this.#tolerance;
    return {
      meter: this.#meter,
      reason: 'level',
      waitMs: isHeldBack ? null : (needed - this.level) / this.#ratePerMs,
    };
  }

  #release(claimed: number): void {
    this.#claimsOut -= 1;
    // Fractions do not add up: what nobody holds must be exactly nothing.
    this.#outstanding = this.#claimsOut === 0 ? 0 : this.#outstanding - claimed;
  }

  /** What is left of it when the other side says that so much is: it has not seen everything yet. */
  #reallyLeft(remaining: number, grantedThen: number | null): number {
    const knowsSince = this.#meter.counted === 'at-start' && grantedThen !== null;
    const unseen = knowsSince ? this.#granted - grantedThen : this.#outstanding;
    const rounding = this.#meter.minBurst === 0 ? TOKEN_ROUNDING : 0;
    return remaining + rounding - unseen;
  }

  #learn(limit: number, nowMs: number): void {
    const replacesGuess = this.#isGuessing;
    this.#learnedLimit = limit;
    this.#change(nowMs);
    if (!replacesGuess) return;
    // The guess told nothing of what is left, so neither does its level.
    this.#unused = this.#burst;
    this.#changedMs = nowMs;
  }

  #redescribe(meter: Meter, nowMs: number): void {
    this.#meter = checkMeter(meter, 'rate');
    this.#change(nowMs);
  }

  #change(nowMs: number): void {
    const burst = this.#burst;
    const ratePerMs = this.#ratePerMs;
    this.#derive();
    if (burst === this.#burst && ratePerMs === this.#ratePerMs) return;
    this.#changedMs = nowMs;
    this.#unused = Math.min(this.#unused, this.#burst);
  }

  #derive(): void {
    const { limit, isGuess, refillShare, burstShare, minBurst } = this.#meter;
    const learned = this.#learnedLimit ?? Infinity;
    this.#limit = isGuess && this.#learnedLimit !== null ? learned : Math.min(limit, learned);
    this.#burst = this.#limit === 0 ? 0 : Math.max(minBurst, burstShare * this.#limit);
    this.#ratePerMs = (refillShare * this.#limit) / 60_000;
    this.#tolerance = this.#ratePerMs * ROUNDING_MS;
  }
}
