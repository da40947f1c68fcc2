import { ExpiringNotes } from './expiring-notes.js';
import type { MemoryLease } from './memory-lease.js';

/** How long it is known of an id that it was replayed, and of a lease that expired what its id is. */
const KNOWN_MS = 3_600_000;

/** How many leases are looked at, for one that is added, to see whether anybody can still ask for them. */
const LOOKED_AT = 2;

/** Leases by the ids they were asked for by, and ids that were replayed. */
export class LeaseIds {
  readonly #leases = new Map<string, MemoryLease>();
  readonly #replayed = new ExpiringNotes();
  #round = this.#leases.entries();

  name(lease: MemoryLease, id: string, nowMs: number): void {
    this.#forget(nowMs);
    this.#leases.set(id, lease);
  }

  find(id: string): MemoryLease | undefined {
    return this.#leases.get(id);
  }

  /** Whether it is the first time. */
  replayOnce(id: string, nowMs: number): boolean {
    const isFirst = this.#replayed.take(id, nowMs) === null;
    this.#replayed.keep(id, '', KNOWN_MS, nowMs);
    return isFirst;
  }

  /** The round is over before as many again have come. */
  #forget(nowMs: number): void {
    for (let looked = 0; looked < LOOKED_AT; looked += 1) {
      const { value, done } = this.#round.next();
      if (done) this.#round = this.#leases.entries();
      else if (isPast(value[1], nowMs)) this.#leases.delete(value[0]);
    }
  }
}

/** Whoever was granted a lease has settled it, or nobody will any more. */
function isPast(lease: MemoryLease, nowMs: number): boolean {
  return lease.isOver && (!lease.hasLapsed || nowMs - lease.expiresAtMs > KNOWN_MS);
}
