/** A quantile of the last so many values. A value costs a binary search and a shift of what lies above it. */
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
    if (oldest !== undefined && this.#recent.length === this.size) this.#sorted.splice(this.#placeOf(oldest), 1);
    this.#sorted.splice(this.#placeOf(value), 0, value);
    this.#recent[this.#next] = value;
    this.#next = (this.#next + 1) % this.size;
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
