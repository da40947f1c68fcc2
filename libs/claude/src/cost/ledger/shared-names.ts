/** Far more than a ledger tells apart at a time. */
const MAX_NAMES = 50_000;

/** A name in all tables of a ledger. */
export class SharedName {
  /** Who was found last to have a row of it, and where: adding up tables asks the same again and again. */
  foundIn: object | null = null;
  foundAt = 0;

  constructor(readonly text: string) {}
}

/**
 * One object for each name, however often it comes: a name stands in hundreds of tables, whose texts would take as much
 * memory as their sums, and which are added up without looking a text up in each.
 */
export class SharedNames {
  readonly #names = new Map<string, SharedName>();

  of(text: string): SharedName {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    // What is forgotten is only kept twice.
    if (this.#names.size >= MAX_NAMES) this.#names.clear();
    const name = new SharedName(text);
    this.#names.set(text, name);
    return name;
  }
}
