import type { UsageEntry } from './usage-entry.js';

/** The last entries, and whether one is among them. */
export class RecentEntries {
  readonly #entries: UsageEntry[] = [];
  readonly #ids = new Set<string>();
  #next = 0;

  constructor(private readonly capacity: number) {}

  /** @returns Whether it was new. */
  add(entry: UsageEntry): boolean {
    if (this.#ids.has(entry.id)) return false;
    const replaced = this.#entries[this.#next];
    if (replaced !== undefined) this.#ids.delete(replaced.id);
    this.#ids.add(entry.id);
    this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % this.capacity;
    return true;
  }

  newest(limit: number): readonly UsageEntry[] {
    const { length } = this.#entries;
    const count = Math.min(limit, length);
    return Array.from(
      { length: count },
      (_, n) => this.#entries[(this.#next - 1 - n + 2 * length) % length] as UsageEntry,
    );
  }
}
