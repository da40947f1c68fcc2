import type { SharedName, SharedNames } from './shared-names.js';
import type { UsagePart } from './usage-entry.js';

/** What is added up, and where in a row. */
export const COLUMN = {
  requests: 0,
  costNanoUsd: 1,
  estimatedNanoUsd: 2,
  unpricedRequests: 3,
  inputTokens: 4,
  cacheReadTokens: 5,
  cacheWrite5mTokens: 6,
  cacheWrite1hTokens: 7,
  outputTokens: 8,
  webSearchRequests: 9,
  billedRequests: 10,
} as const;

/** The name of a sum. */
export type Column = keyof typeof COLUMN;

const WIDTH = Object.keys(COLUMN).length;

/** Whose use is added up where there is no room for another name. */
export const OTHER = 'other';

const FIRST_ROWS = 2;

/**
 * Sums by name, in one flat array: a ledger holds hundreds of thousands of rows, and an object each would take three
 * times the memory.
 */
export class UsageTable {
  readonly #rows = new Map<string, number>();
  /** The name of each row, in their order. */
  readonly #names: SharedName[] = [];
  #sums = new Float64Array(FIRST_ROWS * WIDTH);
  #lookedUp: string | null = null;
  #foundAt: number | undefined = undefined;

  /** @param maxNames How many names have a row of their own; the rest share {@link OTHER}. */
  constructor(
    private readonly maxNames: number,
    private readonly shared: SharedNames,
  ) {}

  get names(): Iterable<string> {
    return this.#rows.keys();
  }

  get size(): number {
    return this.#rows.size;
  }

  sum(name: string, column: Column): number {
    // All sums of a name are asked for one after the other, and a row stays where it is.
    if (name !== this.#lookedUp) {
      this.#lookedUp = name;
      this.#foundAt = this.#rows.get(name);
    }
    return this.#foundAt === undefined ? 0 : (this.#sums[this.#foundAt + COLUMN[column]] ?? 0);
  }

  /** @returns Where to add for a name. Valid until the next row is asked for. */
  row(name: string): number {
    return this.#rows.get(name) ?? this.#newRow(name);
  }

  /** Whether a name would have to share the row of the others. */
  hasNoRoomFor(name: string): boolean {
    return this.#rows.size >= this.maxNames && !this.#rows.has(name);
  }

  count(row: number, isBilled: boolean, isUnpriced: boolean): void {
    this.#add(row + COLUMN.requests, 1);
    if (isBilled) this.#add(row + COLUMN.billedRequests, 1);
    if (isUnpriced) this.#add(row + COLUMN.unpricedRequests, 1);
  }

  addPart(row: number, part: UsagePart): void {
    this.#add(row + COLUMN.costNanoUsd, part.costNanoUsd);
    if (part.accuracy === 'estimated') this.#add(row + COLUMN.estimatedNanoUsd, part.costNanoUsd);
    this.#add(row + COLUMN.inputTokens, part.inputTokens);
    this.#add(row + COLUMN.cacheReadTokens, part.cacheReadTokens);
    this.#add(row + COLUMN.cacheWrite5mTokens, part.cacheWrite5mTokens);
    this.#add(row + COLUMN.cacheWrite1hTokens, part.cacheWrite1hTokens);
    this.#add(row + COLUMN.outputTokens, part.outputTokens);
    this.#add(row + COLUMN.webSearchRequests, part.webSearchRequests);
  }

  /** Adds every sum of another table. */
  addTable(other: UsageTable): void {
    const added = other.#sums;
    let from = 0;
    for (const name of other.#names) {
      const to = name.foundIn === this ? name.foundAt : this.#find(name);
      const sums = this.#sums;
      for (let column = 0; column < WIDTH; column++) {
        sums[to + column] = (sums[to + column] ?? 0) + (added[from + column] ?? 0);
      }
      from += WIDTH;
    }
  }

  /** A summary of a month adds up tens of thousands of rows of a thousand names: each is looked up once. */
  #find(name: SharedName): number {
    name.foundAt = this.row(name.text);
    name.foundIn = this;
    return name.foundAt;
  }

  #add(at: number, amount: number): void {
    this.#sums[at] = (this.#sums[at] ?? 0) + amount;
  }

  #newRow(asked: string): number {
    const name = this.hasNoRoomFor(asked) ? OTHER : asked;
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    const row = this.#rows.size * WIDTH;
    if (row + WIDTH > this.#sums.length) this.#grow();
    const shared = this.shared.of(name);
    this.#names.push(shared);
    this.#rows.set(shared.text, row);
    this.#lookedUp = null;
    return row;
  }

  #grow(): void {
    // By half: at this number of tables, what stands empty at their ends is most of what is wasted.
    const rows = Math.ceil((this.#sums.length / WIDTH) * 1.5);
    const larger = new Float64Array(rows * WIDTH);
    larger.set(this.#sums);
    this.#sums = larger;
  }
}
