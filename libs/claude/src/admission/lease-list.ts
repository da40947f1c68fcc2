import type { MemoryLease } from './memory-lease.js';

/**
 * Leases by the time they expire. One is put in from the end: that costs nothing as long as leases of a store last about
 * as long as each other, which those do that are renewed by one owner.
 */
export class LeaseList {
  #first: MemoryLease | null = null;
  #last: MemoryLease | null = null;

  /** Puts a lease that is in no list to its place; one that never expires has none. */
  add(lease: MemoryLease, expiresAtMs: number): void {
    lease.expiresAtMs = expiresAtMs;
    if (expiresAtMs === Infinity) return;
    let before = this.#last;
    while (before !== null && before.expiresAtMs > expiresAtMs) before = before.earlier;
    const after = before === null ? this.#first : before.later;
    lease.earlier = before;
    lease.later = after;
    this.#link(before, after, lease, lease);
  }

  /** Takes a lease out. */
  remove(lease: MemoryLease): void {
    if (lease.expiresAtMs === Infinity) return;
    this.#link(lease.earlier, lease.later, lease.later, lease.earlier);
    lease.earlier = null;
    lease.later = null;
  }

  /** Takes out one lease that has expired; `null` if none has. */
  takeExpired(nowMs: number): MemoryLease | null {
    const first = this.#first;
    if (first === null || first.expiresAtMs > nowMs) return null;
    this.remove(first);
    return first;
  }

  #link(
    before: MemoryLease | null,
    after: MemoryLease | null,
    next: MemoryLease | null,
    previous: MemoryLease | null,
  ): void {
    if (before === null) this.#first = next;
    else before.later = next;
    if (after === null) this.#last = previous;
    else after.earlier = previous;
  }
}
