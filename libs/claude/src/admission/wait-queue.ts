import type { LineTurn } from './line-turn.js';
import type { QueuedWaiter, Waiter } from './queued-waiter.js';
import { TenantTurns } from './tenant-turns.js';
import { WaiterList, type ServingOrder } from './waiter-list.js';

export { QueuedWaiter, type Waiter } from './queued-waiter.js';

export interface WaitQueueOptions {
  /** Milliseconds of waiting that lift a waiter by one rank: above 0, `Infinity` for never. */
  readonly agingMs: number;
  /** Whether tenants of the same rank take turns by the weight they are served, instead of all waiters in order of arrival. */
  readonly fair: boolean;
  /** How many amounts each waiter asks for. */
  readonly dimensions: number;
}

/**
 * In which order waiters are served: by rank, where each full `agingMs` of waiting counts as one rank higher, then by
 * arrival. It only orders: whether the head can be served is up to its owner, and nobody is served before the head.
 */
export class WaitQueue<W extends QueuedWaiter> {
  readonly #agingMs: number;
  readonly #ranks: readonly [Rank<W>, Rank<W>, Rank<W>];
  #length = 0;

  constructor({ agingMs, fair, dimensions }: WaitQueueOptions) {
    const rank = (): Rank<W> => new Rank(fair ? new TenantTurns<W>() : new WaiterList<W>(), dimensions);
    this.#agingMs = agingMs;
    this.#ranks = [rank(), rank(), rank()];
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Lines a waiter up by its arrival: one that comes back goes ahead of later ones, of its tenant's where tenants take turns.
   *
   * @throws Error when it already waits, here or elsewhere.
   */
  add(waiter: W): void {
    if (waiter.queue !== null) throw new Error('The waiter is in a queue already: remove it there first.');
    waiter.queue = this;
    this.#ranks[waiter.rank].add(waiter);
    this.#length += 1;
  }

  /** Takes out one that gave up, which costs its tenant nothing. False if it is not in this queue. */
  remove(waiter: W): boolean {
    if (waiter.queue !== this) return false;
    this.#ranks[waiter.rank].remove(waiter);
    this.#left(waiter);
    return true;
  }

  /** Takes out one that is served, at the cost of its tenant, even if another is the head by now. False if it is not in this queue. */
  serve(waiter: W): boolean {
    if (waiter.queue !== this) return false;
    this.#ranks[waiter.rank].serve(waiter);
    this.#left(waiter);
    return true;
  }

  /** Who is served next. Stays the same until somebody comes, leaves or ages. */
  head(nowMs: number): W | undefined {
    let head: W | undefined;
    let headRank = Infinity;
    for (const { first } of this.#ranks) {
      if (first === null) continue;
      const rank = this.#rankByNow(first, nowMs);
      if (head === undefined || rank < headRank || (rank === headRank && first.arrival < head.arrival)) {
        head = first;
        headRank = rank;
      }
    }
    return head;
  }

  /** When the head has its turn, among the heads of other queues; `null` when nobody waits. */
  turn(nowMs: number): LineTurn | null {
    const head = this.head(nowMs);
    return head === undefined ? null : { rank: this.#rankByNow(head, nowMs), arrival: head.arrival };
  }

  /** When somebody ages next, who may become the head by it; `Infinity` when nobody does. */
  nextAgingMs(nowMs: number): number {
    let earliest = Infinity;
    for (const { first } of this.#ranks) {
      if (first === null || this.#rankByNow(first, nowMs) === 0) continue;
      const steps = Math.floor((nowMs - first.sinceMs) / this.#agingMs) + 1;
      earliest = Math.min(earliest, first.sinceMs + steps * this.#agingMs);
    }
    return earliest;
  }

  /** Takes the head out because it is served, at the cost of its tenant. */
  shift(nowMs: number): W | undefined {
    const head = this.head(nowMs);
    if (head !== undefined) this.serve(head);
    return head;
  }

  /**
   * What those ask for who would be served before a newcomer of this rank, per dimension; neither aging nor turns are
   * foreseen.
   *
   * @param into Takes the sums in place of a new array.
   */
  ahead(rank: Waiter['rank'], into: number[] = []): readonly number[] {
    const [interactive, normal, background] = this.#ranks;
    for (let i = 0; i < interactive.asked.length; i += 1) {
      let sum = interactive.asked[i] ?? 0;
      if (rank > 0) sum += normal.asked[i] ?? 0;
      if (rank > 1) sum += background.asked[i] ?? 0;
      into[i] = sum;
    }
    return into;
  }

  /** Everybody who waits, by rank, then by arrival. Any of them may be removed meanwhile. */
  *[Symbol.iterator](): Generator<W, void, undefined> {
    for (const rank of this.#ranks) {
      for (const waiter of rank.toArray()) {
        if (waiter.queue === this) yield waiter;
      }
    }
  }

  /** Takes everybody out, in the order of iteration. */
  drain(): W[] {
    const all = [...this];
    for (const waiter of all) this.remove(waiter);
    return all;
  }

  /** The first of a rank has waited longest of those who can be next in it: looking at the firsts alone is enough. */
  #rankByNow({ rank, sinceMs }: W, nowMs: number): number {
    return Math.max(0, rank - Math.floor((nowMs - sinceMs) / this.#agingMs));
  }

  #left(waiter: W): void {
    waiter.queue = null;
    this.#length -= 1;
  }
}

/** The waiters of one rank, and what they ask for together. */
class Rank<W extends QueuedWaiter> {
  readonly asked: number[];
  readonly #order: ServingOrder<W>;

  constructor(order: ServingOrder<W>, dimensions: number) {
    this.#order = order;
    this.asked = Array.from({ length: dimensions }, () => 0);
  }

  get first(): W | null {
    return this.#order.first;
  }

  add(waiter: W): void {
    this.#order.add(waiter);
    for (let i = 0; i < this.asked.length; i++) this.asked[i] = (this.asked[i] ?? 0) + (waiter.amounts[i] ?? 0);
  }

  remove(waiter: W): void {
    this.#order.remove(waiter);
    this.#subtract(waiter.amounts);
  }

  serve(waiter: W): void {
    this.#order.serve(waiter);
    this.#subtract(waiter.amounts);
  }

  toArray(): W[] {
    return this.#order.toArray();
  }

  /** Rounding errors neither outlive the last waiter nor make a sum negative. */
  #subtract(amounts: readonly number[]): void {
    const isEmpty = this.#order.first === null;
    for (let i = 0; i < this.asked.length; i++) {
      this.asked[i] = isEmpty ? 0 : Math.max(0, (this.asked[i] ?? 0) - (amounts[i] ?? 0));
    }
  }
}
