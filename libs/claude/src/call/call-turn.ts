/** A wait for limits, in monotonic milliseconds. */
export interface LimitWait {
  readonly startedAtMs: number;
  /** When it must be over. */
  readonly untilMs: number;
}

/** The place that whoever comes has in a line for limits. A call keeps that of its first attempt. */
export interface CallTurn {
  readonly arrival: number;
  readonly sinceMs: number;
  /** The wait it was called away from and goes on with elsewhere; `null` for none. */
  calledFrom: LimitWait | null;
}
