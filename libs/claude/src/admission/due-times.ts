/** Something that falls due. */
export interface Due {
  readonly untilMs: number;
}

/**
 * What falls due first: a binary heap. Nothing is taken out before its time; whoever is no longer concerned is passed over
 * when it comes up, and swept out when such entries are the most of all.
 */
export class DueTimes<T extends Due> {
  #heap: T[] = [];

  /** @param isConcerned Whether an entry still counts. */
  constructor(private readonly isConcerned: (entry: T) => boolean) {}

  /** Entries held, those no longer concerned included. */
  get size(): number {
    return this.#heap.length;
  }

  add(entry: T): void {
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
  }

  /** When it is worth looking again: never later than an entry falls due that still counts; `Infinity` where there is none. */
  get lookAtMs(): number {
    return this.#heap[0]?.untilMs ?? Infinity;
  }

  /** The entry that falls due first. */
  first(): T | undefined {
    for (;;) {
      const [first] = this.#heap;
      if (first === undefined || this.isConcerned(first)) return first;
      this.#takeFirst();
    }
  }

  /** Drops entries that no longer count, when there are more of them than of those that do. */
  sweep(concerned: number): void {
    if (this.#heap.length <= 2 * concerned + 64) return;
    const left = this.#heap.filter(this.isConcerned);
    this.#heap = left;
    for (let index = (left.length >> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  #takeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const entry = heap[from] as T;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above] as T;
      if (parent.untilMs <= entry.untilMs) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const entry = heap[from] as T;
    let index = from;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && (heap[below + 1] as T).untilMs < (heap[below] as T).untilMs) below += 1;
      const child = heap[below] as T;
      if (child.untilMs >= entry.untilMs) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = entry;
  }
}
