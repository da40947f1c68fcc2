/** What has a place in a list of leases: its neighbours, which are itself where it is in none. */
export interface LeaseLink {
  /** When it expires, in monotonic milliseconds. */
  expiresAtMs: number;
  earlier: LeaseLink;
  later: LeaseLink;
}

/** The link that a ring of leases begins and ends at. */
class Ends implements LeaseLink {
  /** Earlier than any: whoever looks for a place ends here. */
  expiresAtMs = -Infinity;
  earlier: LeaseLink = this;
  later: LeaseLink = this;
}

/**
 * Leases by the time they expire, in a ring. One is put in from the end: that costs nothing as long as leases of a store
 * last about as long as each other, which those do that are renewed by one owner.
 */
export class LeaseList<L extends LeaseLink> {
  readonly #ends = new Ends();

  /** Puts a lease that is in no list to its place; one that never expires has none. */
  add(lease: L, expiresAtMs: number): void {
    lease.expiresAtMs = expiresAtMs;
    if (expiresAtMs === Infinity) return;
    let before = this.#ends.earlier;
    while (before.expiresAtMs > expiresAtMs) before = before.earlier;
    const after = before.later;
    lease.earlier = before;
    lease.later = after;
    before.later = lease;
    after.earlier = lease;
  }

  /** Takes a lease out, of whatever list it is in. */
  remove(lease: L): void {
    const { earlier, later } = lease;
    earlier.later = later;
    later.earlier = earlier;
    lease.earlier = lease;
    lease.later = lease;
  }

  /** Whether one has expired. */
  isDue(nowMs: number): boolean {
    const first = this.#ends.later;
    return first.expiresAtMs <= nowMs && first !== this.#ends;
  }

  /** Takes out one lease that has expired; `null` if none has. */
  takeExpired(nowMs: number): L | null {
    if (!this.isDue(nowMs)) return null;
    const expired = this.#ends.later as L;
    this.remove(expired);
    return expired;
  }
}
