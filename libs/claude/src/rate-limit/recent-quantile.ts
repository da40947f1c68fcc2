/**
 * A quantile of the last so many values. A value costs two binary searches, and a shift of what lies between it and the one
 * it replaces.
 */
export class RecentQuantile {
  /** In the order they came; the next replaces the oldest. */
  readonly #recent: number[] = [];
  readonly #sorted: number[] = [];
  #next = 0;

  /**
   * @param share Which quantile: 0.8 is what four of five values are not above.
   * @param size How many values count.
   */
  constructor(
    private readonly share: number,
    private readonly size: number,
  ) {}

  get count(): number {
    return this.#sorted.length;
  }

  /** The quantile; `NaN` as long as there is no value. */
  get value(): number {
    return this.#sorted[Math.ceil(this.share * this.#sorted.length) - 1] ?? NaN;
  }

  add(value: number): void {
    const oldest = this.#recent[this.#next];
    if (oldest === undefined) this.#sorted.push(value);
    this.#move(oldest === undefined ? this.#sorted.length - 1 : this.#placeOf(oldest), value);
    this.#recent[this.#next] = value;
    this.#next = (this.#next + 1) % this.size;
  }

  /** Puts a value where it belongs, in the stead of the one at a place. */
  #move(from: number, value: number): void {
    const sorted = this.#sorted;
    let at = from;
    for (; at + 1 < sorted.length && (sorted[at + 1] ?? Infinity) < value; at += 1) sorted[at] = sorted[at + 1] ?? NaN;
    for (; at > 0 && (sorted[at - 1] ?? -Infinity) > value; at -= 1) sorted[at] = sorted[at - 1] ?? NaN;
    sorted[at] = value;
  }

  /** Of the first value that is not below. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? Infinity) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
