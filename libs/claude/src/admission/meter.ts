/**
 * A bound that refills continuously: so many units a minute. What it holds can be had at once as well, up to its burst.
 */
export interface RateMeter {
  readonly kind: 'rate';
  /** What tells it from every other meter of a store, e.g. `default/haiku-5-5/output-tokens`. */
  readonly key: string;
  /** What it bounds, in the words of an error: `output tokens per minute of haiku-5-5`. */
  readonly label: string;
  /** Units a minute; `Infinity` where no bound is known, so that it only counts. */
  readonly limit: number;
  /**
   * Whether the limit is a guess: it holds until the other side names one, and gives way to that upwards too. A limit that
   * is none is only ever lowered. A claim above the burst of a guess waits for a full bucket and goes as debt.
   */
  readonly isGuess: boolean;
  /** How much of the limit flows back in a minute: above 0, up to 1. */
  readonly refillShare: number;
  /** How much of the limit can be had at once: above 0, up to 1. */
  readonly burstShare: number;
  /** What can be had at once however low the limit is: a single request, so that one can ever be made. */
  readonly minBurst: number;
  /** Whether the other side counts a claim when the request reaches it, or bit by bit as it is used. */
  readonly counted: 'at-start' | 'as-used';
}

/** A number of places, each taken for as long as a lease lasts. */
export interface SlotMeter {
  readonly kind: 'slots';
  readonly key: string;
  readonly label: string;
  /** Places there are; `Infinity` for a meter that only counts, or that is only ever closed and opened. */
  readonly limit: number;
}

/** A sum that may be used up in a stretch of time. Nothing of it flows back: the stretch ends, or moves on. */
export interface BudgetMeter {
  readonly kind: 'budget';
  /** Names the stretch too where that has an end: the next one is another meter. */
  readonly key: string;
  readonly label: string;
  /** What may be used, in whole units small enough for sums to be exact. */
  readonly limit: number;
  /** Whether it refuses what does not fit. One that does not only counts. */
  readonly isHard: boolean;
  /** Length of a stretch that moves on with time, counted in {@link BUDGET_SLICES}; `null` for one that has an end. */
  readonly rollingMs: number | null;
  /** Milliseconds for which it has to be remembered from now on: until its stretch is over, and what is late has come. */
  readonly keepMs: number;
}

/** How many slices a stretch that moves on is counted in: what was used leaves it up to one of them late, never early. */
export const BUDGET_SLICES = 60;

/** Anything with a bound. A plain description: what is left of it is kept by the store. */
export type Meter = RateMeter | SlotMeter | BudgetMeter;

/**
 * What is asked of meters: an amount for each, in the same order. Neither list changes once it is handed in: calls that ask
 * of the same list of meters are served sooner.
 */
export interface Claims {
  readonly meters: readonly Meter[];
  /** Each in its meter's unit; at least 0. */
  readonly amounts: readonly number[];
}

/** Why a meter grants nothing for a while. */
export type ClosedBy =
  /** Somebody paused it by hand. */
  | 'pause'
  /** The other side asked to wait. */
  | 'retry-after'
  /** The other side will not be paid for any more. */
  | 'spend';

/** What is left of a meter at one moment. */
export interface Standing {
  readonly meter: Meter;
  /** The limit in force, learned or configured. */
  readonly limit: number;
  /** The limit the other side named; `null` as long as it has not. */
  readonly learnedLimit: number | null;
  /** What can be had at once when nothing is in use. Equal to the limit for places. */
  readonly burst: number;
  /** What can be had now; below 0 where claims turned out too low. Free places, for those; what is left, for a budget. */
  readonly level: number;
  /** What is claimed and not settled. */
  readonly outstanding: number;
  /** Units that flow back in a millisecond; 0 for places. */
  readonly ratePerMs: number;
  /** Milliseconds for which it grants nothing, whatever its level; 0 when it is open, `Infinity` until it is opened. */
  readonly closedForMs: number;
  readonly closedBy: ClosedBy | null;
}
