import type { Observation } from '../admission-store.js';
import type { ClosedBy, Meter, RateMeter, SlotMeter, Standing } from '../meter.js';

/** A meter that bounds what is done now, rather than what is paid. */
export type LimitMeter = RateMeter | SlotMeter;

/** Names of meters may come from users, so there is an end to those that are remembered. */
const MAX_METERS = 10_000;

/** What is known of a limit. */
export class KnownLimit {
  learnedLimit: number | null = null;
  closedUntilMs = -Infinity;
  closedBy: ClosedBy = 'retry-after';
  /** How it stood when a shared store told last; `null` as long as that has not. */
  standing: Standing | null = null;
  #asOfMs = 0;
  /** What the store has yet to hear of what this process has learned. */
  readonly untold = { limit: false, closed: false };

  constructor(readonly meter: LimitMeter) {}

  /** The limit in force. */
  get limit(): number {
    const { meter, learnedLimit } = this;
    if (learnedLimit === null) return meter.limit;
    return meter.kind === 'rate' && meter.isGuess ? learnedLimit : Math.min(meter.limit, learnedLimit);
  }

  /** The store says how it stands. */
  stood(standing: Standing, nowMs: number): void {
    this.standing = standing;
    this.#asOfMs = nowMs;
    this.learnedLimit = standing.learnedLimit;
    this.closedUntilMs = standing.closedForMs > 0 ? nowMs + standing.closedForMs : -Infinity;
    this.closedBy = standing.closedBy ?? this.closedBy;
  }

  observed({ limit, closed }: Observation, nowMs: number): void {
    if (limit !== undefined) this.learnedLimit = limit;
    if (closed === undefined) return;
    const untilMs = closed.forMs === 0 ? -Infinity : nowMs + closed.forMs;
    if (untilMs !== -Infinity && untilMs <= this.closedUntilMs) return;
    this.closedUntilMs = untilMs;
    this.closedBy = closed.by;
  }

  /** What must be left of it by now, if nobody else takes any; `null` where nobody has said. */
  leftAt(nowMs: number): number | null {
    if (this.standing === null) return null;
    const { level, burst, ratePerMs } = this.standing;
    return Math.max(0, Math.min(burst, level + ratePerMs * (nowMs - this.#asOfMs)));
  }

  closedForMs(nowMs: number): number {
    return Math.max(0, this.closedUntilMs - nowMs);
  }

  /** What the store has yet to hear, once; `null` where that is nothing. */
  takeUntold(nowMs: number): Observation | null {
    const { meter, learnedLimit, untold, closedBy: by } = this;
    const limit = untold.limit && learnedLimit !== null ? { limit: learnedLimit } : null;
    const closed = untold.closed ? { closed: { forMs: this.closedForMs(nowMs), by } } : null;
    untold.limit = untold.closed = false;
    return limit === null && closed === null ? null : { meter, ...limit, ...closed };
  }
}

/** What this process knows of limits that are kept elsewhere: what it was told, and what it has learned itself. */
export class KnownLimits {
  readonly #byKey = new Map<string, KnownLimit>();

  [Symbol.iterator](): Iterator<KnownLimit> {
    return this.#byKey.values();
  }

  /** The limit in force. */
  limitOf(meter: LimitMeter): number {
    return this.#byKey.get(meter.key)?.limit ?? meter.limit;
  }

  /** A shared store has told how meters stand. */
  stood(standings: readonly Standing[], nowMs: number): void {
    for (const standing of standings) this.#obtain(standing.meter)?.stood(standing, nowMs);
  }

  /** This process has learned something of meters. */
  observed(observations: readonly Observation[], nowMs: number): void {
    for (const observation of observations) this.#obtain(observation.meter)?.observed(observation, nowMs);
  }

  /** The store was not told what was learned of meters. */
  missed(observations: readonly Observation[]): void {
    for (const { meter, limit, closed } of observations) {
      const untold = this.#obtain(meter)?.untold;
      if (untold === undefined) continue;
      untold.limit ||= limit !== undefined;
      untold.closed ||= closed !== undefined;
    }
  }

  /** What the store has yet to hear, once. */
  takeUntold(nowMs: number): readonly Observation[] {
    return Array.from(this.#byKey.values(), (known) => known.takeUntold(nowMs)).filter((each) => each !== null);
  }

  #obtain(meter: Meter): KnownLimit | null {
    if (meter.kind === 'budget') return null;
    let known = this.#byKey.get(meter.key);
    if (known === undefined) {
      if (this.#byKey.size >= MAX_METERS) return null;
      known = new KnownLimit(meter);
      this.#byKey.set(meter.key, known);
    }
    return known;
  }
}

/** The same, but for what only the store can tell from what others took. */
export function withoutRemaining({ meter, limit, closed, credit, spent, reset }: Observation): Observation {
  return { meter, limit, closed, credit, spent, reset };
}
