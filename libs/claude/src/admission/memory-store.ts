import { systemClock, type Clock } from '../call/clock.js';
import type { AcquireOptions, AdmissionStore, Denial, Lease, Observation, Replay } from './admission-store.js';
import { checkLeaseMs, checkObservations, checkUsed, foreignLease } from './check-claims.js';
import { takeAll } from './claim-decision.js';
import { ExpiringNotes } from './expiring-notes.js';
import { LeaseIds } from './lease-ids.js';
import { LeaseList } from './lease-list.js';
import { MemoryLease } from './memory-lease.js';
import type { Claims, Meter, Standing } from './meter.js';
import { MeterStates } from './meter-states.js';
import { spentOf } from './spent-of.js';

/** Meters of a store before those that are as new are forgotten. */
const MAX_METERS = 10_000;

/** Meters kept in this process's memory. Answers at once, and holds no timer: leases expire when somebody asks. */
export class MemoryAdmissionStore implements AdmissionStore {
  readonly #clock: Clock;
  readonly #states: MeterStates;
  readonly #expiring = new LeaseList<MemoryLease>();
  readonly #notes = new ExpiringNotes();
  readonly #ids = new LeaseIds();

  /** @param maxMeters How many meters there may be before those that are as new are forgotten. Default 10,000. */
  constructor(clock: Clock = systemClock, maxMeters: number = MAX_METERS) {
    this.#clock = clock;
    this.#states = new MeterStates(maxMeters);
  }

  /** Meters that are kept. */
  get size(): number {
    return this.#states.size;
  }

  acquire(claims: Claims, { leaseMs, force, id }: AcquireOptions): Lease | Denial {
    checkLeaseMs(leaseMs);
    const nowMs = this.#expireUntilNow();
    const states = this.#states.obtainAll(claims.meters, nowMs);
    const taken = takeAll(claims, states, force, nowMs);
    if (!Array.isArray(taken)) return taken;
    const lease = new MemoryLease(claims, states, taken, this.#states, states.length);
    if (lease.isOver) return lease;
    this.#expiring.add(lease, nowMs + leaseMs);
    if (id !== undefined) this.#ids.name(lease, id, nowMs);
    return lease;
  }

  settle(lease: Lease, used: readonly (number | null)[]): void {
    const own = this.#own(lease);
    checkUsed(own.claims, used);
    if (own.hasLapsed) return own.correct(used, this.#clock.now());
    own.settle(used, this.#clock);
    if (own.isOver) this.#expiring.remove(own);
  }

  renew(leases: Iterable<Lease>, leaseMs: number): void {
    checkLeaseMs(leaseMs);
    const nowMs = this.#expireUntilNow();
    for (const lease of leases) {
      const own = this.#own(lease);
      if (own.isOver) continue;
      this.#expiring.remove(own);
      this.#expiring.add(own, nowMs + leaseMs);
    }
  }

  observe(observations: readonly Observation[], since?: Lease): void {
    checkObservations(observations);
    const own = since === undefined ? null : this.#own(since);
    const nowMs = this.#expireUntilNow();
    for (const observation of observations) {
      const state = this.#states.obtain(observation.meter, nowMs);
      state.observe(observation, own === null ? null : own.grantedOf(state), nowMs);
    }
  }

  standing(meters: readonly Meter[]): readonly Standing[] {
    const nowMs = this.#expireUntilNow();
    return meters.map((meter) => this.#states.look(meter, nowMs).standing(nowMs));
  }

  keep(key: string, note: string, forMs: number): void {
    this.#notes.keep(key, note, forMs, this.#clock.now());
  }

  take(key: string): string | null {
    return this.#notes.take(key, this.#clock.now());
  }

  replay(replays: readonly Replay[]): void {
    for (const { claims, used } of replays) checkUsed(claims, used);
    const nowMs = this.#expireUntilNow();
    for (const replay of replays) {
      if (!this.#ids.replayOnce(replay.id, nowMs)) continue;
      const lease = this.#ids.find(replay.id);
      if (lease === undefined) this.observe(spentOf(replay));
      else this.settle(lease, replay.used);
    }
  }

  #own(lease: Lease): MemoryLease {
    if (lease instanceof MemoryLease && lease.isHeldOf(this.#states)) return lease;
    throw foreignLease();
  }

  /** Lets go of what was held too long, each lease at its own time, and reads the clock. */
  #expireUntilNow(): number {
    const nowMs = this.#clock.now();
    if (this.#expiring.isDue(nowMs)) this.#expire(nowMs);
    return nowMs;
  }

  #expire(nowMs: number): void {
    for (let lease = this.#expiring.takeExpired(nowMs); lease !== null; lease = this.#expiring.takeExpired(nowMs)) {
      lease.lapse();
    }
  }
}
