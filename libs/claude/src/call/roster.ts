/** Somebody on a {@link Roster}, who knows the place there. */
export interface Rostered {
  /** Internal: set by the roster. */
  place: number;
}

/**
 * Those who are there, of many who come and go. A `Set` would do, but makes a new table every few dozen times somebody
 * leaves, and the old table holds all who were there then until the next major garbage collection: with a call in it that
 * is nearly all memory a call took, which is copied, promoted and collected late. A list is written over.
 */
export class Roster<T extends Rostered> implements Iterable<T> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** Whoever is on it already must not be added again. */
  add(member: T): void {
    member.place = this.#members.length;
    this.#members.push(member);
  }

  /** Harmless for one who is not on it. */
  delete(member: T): void {
    if (this.#members[member.place] !== member) return;
    const last = this.#members.pop() as T;
    if (last === member) return;
    this.#members[member.place] = last;
    last.place = member.place;
  }

  /** As they are now: who leaves meanwhile is met all the same. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#members.slice().values();
  }
}
