import type { Clock } from '../../call/clock.js';
import type { AcquireOptions, Denial, Lease, Observation } from '../admission-store.js';
import { MemoryAdmissionStore } from '../memory-store.js';
import type { Claims, Meter, Standing } from '../meter.js';
import { KnownLimits, type KnownLimit, type LimitMeter } from './known-limits.js';

/** A part of a limit, and what it is part of. */
interface Share {
  readonly limit: number;
  readonly replicas: number;
  readonly meter: LimitMeter;
}

/**
 * What one replica may use of limits while it cannot ask how much the others use: its share of each, kept in this process's
 * memory. It begins with no more than its share of what was left when the store told last, and keeps cooldowns that it
 * knows of. Calls that were under way before are not among its places.
 */
export class LocalShares {
  readonly known = new KnownLimits();
  readonly #store: MemoryAdmissionStore;
  readonly #shares = new WeakMap<Meter, Share>();

  constructor(
    private readonly clock: Clock,
    private readonly replicas: () => number,
  ) {
    this.#store = new MemoryAdmissionStore(clock);
  }

  /** From now on nobody knows what the others do. */
  begin(): void {
    const nowMs = this.clock.now();
    for (const known of this.known) this.#take(known, nowMs);
  }

  /** Grants or denies as a store does, what limits are claimed. A lease lasts until it is settled: its holder is here. */
  acquire(claims: Claims, { force }: AcquireOptions): Lease | Denial {
    const limits = this.#limitsOf(claims);
    const answer = this.#store.acquire(limits, { leaseMs: Infinity, force });
    return answer.granted ? answer : { ...answer, standings: standingsOf(claims, answer.standings) };
  }

  /** @param used What was used of all that was claimed, limits and budgets. */
  settle(lease: Lease, { meters }: Claims, used: readonly (number | null)[]): void {
    const ofLimits = used.filter((_, index) => meters[index]?.kind !== 'budget');
    this.#store.settle(lease, ofLimits);
  }

  /** How the shares stand; `null` where a budget is asked for, of which there is no share. */
  standing(meters: readonly Meter[]): readonly Standing[] | null {
    const limits = meters.filter((meter) => meter.kind !== 'budget');
    return limits.length < meters.length ? null : this.#store.standing(limits.map((meter) => this.#shareOf(meter)));
  }

  /** What is said to be left is left for all. */
  observe(observations: readonly Observation[], since: Lease | undefined): void {
    const shares: Observation[] = [];
    for (const { meter, remaining, closed } of observations) {
      if (meter.kind === 'budget') continue;
      const left = remaining === undefined ? {} : { remaining: remaining / this.replicas() };
      shares.push({ meter: this.#shareOf(meter), ...left, ...(closed && { closed }) });
    }
    this.#store.observe(shares, since);
  }

  #take(known: KnownLimit, nowMs: number): void {
    const meter = this.#shareOf(known.meter);
    const left = known.leftAt(nowMs);
    // Closed anew: somebody else may have opened it since.
    const opened: Observation = { meter, closed: { forMs: 0, by: known.closedBy } };
    const closed: Observation = { meter, closed: { forMs: known.closedForMs(nowMs), by: known.closedBy } };
    this.#store.observe([opened, closed]);
    if (left !== null) this.#store.observe([{ meter, remaining: left / this.replicas() }]);
  }

  #limitsOf({ meters, amounts }: Claims): Claims {
    const shares: Meter[] = [];
    const claimed: number[] = [];
    for (const [index, meter] of meters.entries()) {
      if (meter.kind === 'budget') continue;
      shares.push(this.#shareOf(meter));
      claimed.push(amounts[index] ?? 0);
    }
    return { meters: shares, amounts: claimed };
  }

  #shareOf(meter: LimitMeter): LimitMeter {
    const limit = this.known.limitOf(meter);
    const replicas = this.replicas();
    const made = this.#shares.get(meter);
    if (made?.limit === limit && made.replicas === replicas) return made.meter;
    const share = { limit, replicas, meter: partOf(meter, limit, replicas) };
    this.#shares.set(meter, share);
    return share.meter;
  }
}

function partOf(meter: LimitMeter, limit: number, replicas: number): LimitMeter {
  // One place each, where there are fewer places than replicas: none would stop all calls.
  if (meter.kind === 'slots') return { ...meter, limit: Math.max(Math.min(1, limit), Math.floor(limit / replicas)) };
  // What fits the limit and not the share waits for all of that, as with a guess.
  return { ...meter, limit: limit / replicas, isGuess: true };
}

/** Of budgets nothing is known: as far as anybody can tell, all is left. */
function standingsOf({ meters }: Claims, ofLimits: readonly Standing[]): readonly Standing[] {
  let next = 0;
  return meters.map((meter) => (meter.kind === 'budget' ? untouched(meter) : (ofLimits[next++] ?? untouched(meter))));
}

function untouched(meter: Meter): Standing {
  const { limit } = meter;
  return {
    meter,
    limit,
    learnedLimit: null,
    burst: limit,
    level: limit,
    outstanding: 0,
    ratePerMs: 0,
    closedForMs: 0,
    closedBy: null,
  };
}
