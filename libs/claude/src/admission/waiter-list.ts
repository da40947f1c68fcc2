import type { QueuedWaiter } from './queued-waiter.js';

/** In which order waiters of the same rank are served. */
export interface ServingOrder<W extends QueuedWaiter> {
  /** Who is served next: the same until somebody comes or leaves. */
  readonly first: W | null;
  add(waiter: W): void;
  /** Takes out one of those in it that gave up. */
  remove(waiter: W): void;
  /** Takes out one of those in it that was served. */
  serve(waiter: W): void;
  /** Everybody, in order of arrival. */
  toArray(): W[];
}

/** Waiters in order of arrival, linked to each other. */
export class WaiterList<W extends QueuedWaiter> implements ServingOrder<W> {
  #first: W | null = null;
  #last: W | null = null;

  get first(): W | null {
    return this.#first;
  }

  /** Costs the same at any length for the latest arrival. One that comes back passes the earlier ones, from the first on. */
  add(waiter: W): void {
    const last = this.#last;
    if (last === null || last.arrival < waiter.arrival) this.#insert(waiter, last, null);
    else this.#insertInOrder(waiter);
  }

  remove(waiter: W): void {
    const { previous, next } = waiter;
    this.#link(previous, next);
    waiter.previous = null;
    waiter.next = null;
  }

  serve(waiter: W): void {
    this.remove(waiter);
  }

  toArray(): W[] {
    const all: W[] = [];
    for (let waiter = this.#first; waiter !== null; waiter = waiter.next) all.push(waiter);
    return all;
  }

  #insertInOrder(waiter: W): void {
    let next = this.#first;
    while (next !== null && next.arrival < waiter.arrival) next = next.next;
    this.#insert(waiter, next === null ? this.#last : next.previous, next);
  }

  #insert(waiter: W, previous: W | null, next: W | null): void {
    this.#link(previous, waiter);
    this.#link(waiter, next);
  }

  /** Makes two neighbours; `null` is the end of the list on that side. */
  #link(previous: W | null, next: W | null): void {
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
  }
}
