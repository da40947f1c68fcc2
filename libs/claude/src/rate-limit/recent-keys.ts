/** A map that forgets what was not asked for longest when it is full. Its keys may come from users. */
export class RecentKeys<V> {
  readonly #entries = new Map<string, V>();
  /** The key asked for last: it has its place already, and is nearly always the one asked for next. */
  #newest: string | null = null;

  /** @param maxKeys How many keys are kept. */
  constructor(private readonly maxKeys: number) {}

  get size(): number {
    return this.#entries.size;
  }

  keys(): Iterable<string> {
    return this.#entries.keys();
  }

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  /** What is kept for a key, made anew where there is nothing; counts as asked for. */
  obtain(key: string, make: () => V): V {
    const known = this.#entries.get(key);
    if (known !== undefined && key === this.#newest) return known;
    const value = known ?? make();
    this.set(key, value);
    return value;
  }

  /** Keeps something for a key in place of what was kept; counts as asked for. */
  set(key: string, value: V): void {
    if (!this.#entries.delete(key) && this.#entries.size >= this.maxKeys) this.#forgetOldest();
    this.#entries.set(key, value);
    this.#newest = key;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  #forgetOldest(): void {
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
