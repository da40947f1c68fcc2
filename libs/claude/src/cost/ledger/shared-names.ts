/** Far more than a ledger tells apart at a time. */
const MAX_NAMES = 50_000;

/**
 * One string for each name, however often it comes: a name stands in hundreds of tables, whose texts would take as much
 * memory as their sums, and strings that are the same object are found without looking at their characters.
 */
export class SharedNames {
  readonly #names = new Map<string, string>();

  of(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    // What is forgotten is only kept twice.
    if (this.#names.size >= MAX_NAMES) this.#names.clear();
    this.#names.set(name, name);
    return name;
  }
}
