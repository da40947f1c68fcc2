import type { AcquireOptions, Denial, Observation } from '../admission-store.js';
import type { Claims, ClosedBy, Meter, RateMeter } from '../meter.js';

/** What a naive store keeps of a claim: nothing is ever forgotten. */
interface NaiveClaim {
  readonly key: string;
  readonly amount: number;
  settled: boolean;
}

export interface NaiveLease {
  readonly claims: readonly NaiveClaim[];
  /** How many leases had been granted when it was. */
  readonly turn: number;
  expiresAtMs: number;
  lapsed: boolean;
}

interface NaiveMeter {
  meter: Meter;
  level: number;
  learnedLimit: number | null;
  changedMs: number;
  closedUntilMs: number;
  closedBy: ClosedBy | null;
}

/**
 * The rules of a store written down once more in the plainest way: all meters are refilled at every step of time, each
 * lease is kept for ever, and whatever is asked is added up from them.
 */
export class NaiveStore {
  nowMs = 0;
  readonly leases: NaiveLease[] = [];
  readonly #meters = new Map<string, NaiveMeter>();

  use(meter: Meter): void {
    const known = this.#meters.get(meter.key);
    const fresh = { meter, level: 0, learnedLimit: null, changedMs: this.nowMs, closedUntilMs: 0, closedBy: null };
    if (known === undefined) this.#meters.set(meter.key, { ...fresh, level: burstOf(meter, null) });
    else this.#change(known, meter, known.learnedLimit);
  }

  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const next = this.leases.filter(isOut).toSorted((a, b) => a.expiresAtMs - b.expiresAtMs)[0];
      if (next === undefined || next.expiresAtMs > untilMs) break;
      this.#refill(next.expiresAtMs - this.nowMs);
      next.lapsed = true;
    }
    this.#refill(untilMs - this.nowMs);
  }

  acquire(claims: Claims, { leaseMs, force = false }: AcquireOptions): NaiveLease | null {
    if (!force && this.reasons(claims).length > 0) return null;
    const held = claims.meters.map(({ key }, i) => ({ key, amount: claims.amounts[i] ?? NaN, settled: false }));
    for (const { key, amount } of held) this.#of(key).level -= amount;
    const lease = { claims: held, turn: this.leases.length, expiresAtMs: this.nowMs + leaseMs, lapsed: false };
    this.leases.push(lease);
    return lease;
  }

  /** All that keeps claims from being granted. */
  reasons({ meters, amounts }: Claims): Denial['reason'][] {
    const keys = new Set(meters.map(({ key }) => key));
    return Array.from(keys).flatMap((key) => {
      const asked = sum(amounts.filter((_, i) => meters[i]?.key === key));
      const { meter, level, learnedLimit, closedUntilMs } = this.#of(key);
      const burst = burstOf(meter, learnedLimit);
      const isGuess = meter.kind === 'rate' && meter.isGuess && learnedLimit === null;
      if (asked > burst && !isGuess) return ['never'];
      const isShort = Math.min(asked, isGuess ? burst : asked) > level;
      const short: Denial['reason'][] = isShort ? [meter.kind === 'rate' ? 'level' : 'slots'] : [];
      return closedUntilMs > this.nowMs ? short.concat('closed') : short;
    });
  }

  settle(lease: NaiveLease, used: readonly (number | null)[]): void {
    lease.claims.forEach((claim, i) => {
      const amount = used[i] ?? null;
      if (amount === null || claim.settled) return;
      const kept = this.#of(claim.key);
      if (kept.meter.kind === 'rate') kept.level += this.#unused(lease, claim, amount, kept);
      else if (!lease.lapsed) kept.level += claim.amount;
      claim.settled = true;
      if (kept.meter.kind === 'rate') kept.level = Math.min(kept.level, this.#ceiling(kept));
    });
  }

  renew(lease: NaiveLease, leaseMs: number): void {
    if (isOut(lease)) lease.expiresAtMs = this.nowMs + leaseMs;
  }

  observe({ meter, limit, remaining, closed }: Observation, since: NaiveLease | undefined): void {
    this.use(meter);
    const kept = this.#of(meter.key);
    if (limit !== undefined) this.#learn(kept, limit);
    if (remaining !== undefined && kept.meter.kind === 'rate') {
      kept.level = Math.min(
        kept.level,
        remaining + (kept.meter.minBurst === 0 ? 500 : 0) - this.#unseen(kept.meter, since),
      );
    }
    if (closed === undefined) return;
    const untilMs = this.nowMs + closed.forMs;
    if (closed.forMs > 0 && untilMs <= kept.closedUntilMs) return;
    kept.closedUntilMs = closed.forMs === 0 ? 0 : untilMs;
    kept.closedBy = closed.by;
  }

  /** What a standing says, as one text: there are tens of thousands of comparisons. */
  standing(key: string): string {
    const { meter, level, learnedLimit, closedUntilMs, closedBy } = this.#of(key);
    const closedForMs = Math.max(0, closedUntilMs - this.nowMs);
    const burst = burstOf(meter, learnedLimit);
    return [burst, learnedLimit, level, this.#outstanding(key), closedForMs, closedForMs > 0 ? closedBy : null].join(
      ' ',
    );
  }

  /** What is given back, less where it has flowed back since the claim lapsed. */
  #unused(
    lease: NaiveLease,
    { amount }: NaiveClaim,
    used: number,
    { meter, learnedLimit, changedMs }: NaiveMeter,
  ): number {
    if (!lease.lapsed || used >= amount) return amount - used;
    if (lease.expiresAtMs <= changedMs) return 0;
    return Math.max(0, amount - used - rateOf(meter, learnedLimit) * (this.nowMs - lease.expiresAtMs));
  }

  #unseen(meter: RateMeter, since: NaiveLease | undefined): number {
    if (meter.counted === 'as-used' || since?.claims.every(({ key }) => key !== meter.key) !== false) {
      return this.#outstanding(meter.key);
    }
    return sum(this.leases.filter(({ turn }) => turn > since.turn).flatMap((lease) => amountsOf(lease, meter.key)));
  }

  #learn(kept: NaiveMeter, limit: number): void {
    const isGuess = kept.meter.kind === 'rate' && kept.meter.isGuess && kept.learnedLimit === null;
    this.#change(kept, kept.meter, limit);
    if (!isGuess) return;
    kept.level = this.#ceiling(kept);
    kept.changedMs = this.nowMs;
  }

  #change(kept: NaiveMeter, meter: Meter, learnedLimit: number | null): void {
    const before = [burstOf(kept.meter, kept.learnedLimit), rateOf(kept.meter, kept.learnedLimit)];
    kept.meter = meter;
    kept.learnedLimit = learnedLimit;
    const after = [burstOf(meter, learnedLimit), rateOf(meter, learnedLimit)];
    if (before.join() === after.join()) return;
    kept.changedMs = this.nowMs;
    kept.level = meter.kind === 'rate' ? Math.min(kept.level, this.#ceiling(kept)) : this.#ceiling(kept);
  }

  #refill(ms: number): void {
    this.nowMs += ms;
    for (const kept of this.#meters.values()) {
      const flowed = kept.level + rateOf(kept.meter, kept.learnedLimit) * ms;
      kept.level = kept.meter.kind === 'rate' ? Math.min(flowed, this.#ceiling(kept)) : this.#ceiling(kept);
    }
  }

  #ceiling({ meter, learnedLimit }: NaiveMeter): number {
    return burstOf(meter, learnedLimit) - this.#outstanding(meter.key);
  }

  #outstanding(key: string): number {
    const out = this.leases.filter(({ lapsed }) => !lapsed).flatMap(({ claims }) => claims);
    return sum(out.filter((claim) => claim.key === key && !claim.settled).map(({ amount }) => amount));
  }

  #of(key: string): NaiveMeter {
    const kept = this.#meters.get(key);
    if (kept === undefined) throw new Error(`Nobody has used ${key}.`);
    return kept;
  }
}

function isOut({ lapsed, claims }: NaiveLease): boolean {
  return !lapsed && claims.some(({ settled }) => !settled);
}

function amountsOf({ claims }: NaiveLease, key: string): number[] {
  return claims.filter((claim) => claim.key === key).map(({ amount }) => amount);
}

function limitOf({ kind, limit, ...meter }: Meter, learned: number | null): number {
  const isGuess = kind === 'rate' && 'isGuess' in meter && meter.isGuess;
  return learned !== null && isGuess ? learned : Math.min(limit, learned ?? Infinity);
}

function burstOf(meter: Meter, learned: number | null): number {
  const limit = limitOf(meter, learned);
  if (meter.kind !== 'rate' || limit === 0) return limit;
  return Math.max(meter.minBurst, meter.burstShare * limit);
}

function rateOf(meter: Meter, learned: number | null): number {
  return meter.kind !== 'rate' ? 0 : (meter.refillShare * limitOf(meter, learned)) / 60_000;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
