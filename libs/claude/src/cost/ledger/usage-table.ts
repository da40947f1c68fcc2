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

  /**
   * Adds one request of a name, and what its attempts used.
   *
   * @returns How many names had to share the row of the others: 0 or 1.
   */
  add(name: string, parts: readonly UsagePart[]): number {
    const known = this.#rows.get(name);
    const overflows = known === undefined && this.#isFull ? 1 : 0;
    const row = known ?? this.#newRow(name);
    const sums = this.#sums;
    increase(sums, row + COLUMN.requests, 1);
    if (parts.length > 0) increase(sums, row + COLUMN.billedRequests, 1);
    if (parts.some(isUnpriced)) increase(sums, row + COLUMN.unpricedRequests, 1);
    for (const part of parts) addPart(sums, row, part);
    return overflows;
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
    name.foundAt = this.#rows.get(name.text) ?? this.#newRow(name.text);
    name.foundIn = this;
    return name.foundAt;
  }

  get #isFull(): boolean {
    return this.#rows.size >= this.maxNames;
  }

  #newRow(asked: string): number {
    const name = this.#isFull ? OTHER : asked;
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

function addPart(sums: Float64Array, row: number, part: UsagePart): void {
  increase(sums, row + COLUMN.costNanoUsd, part.costNanoUsd);
  if (part.accuracy === 'estimated') increase(sums, row + COLUMN.estimatedNanoUsd, part.costNanoUsd);
  increase(sums, row + COLUMN.inputTokens, part.inputTokens);
  increase(sums, row + COLUMN.cacheReadTokens, part.cacheReadTokens);
  increase(sums, row + COLUMN.cacheWrite5mTokens, part.cacheWrite5mTokens);
  increase(sums, row + COLUMN.cacheWrite1hTokens, part.cacheWrite1hTokens);
  increase(sums, row + COLUMN.outputTokens, part.outputTokens);
  increase(sums, row + COLUMN.webSearchRequests, part.webSearchRequests);
}

function increase(sums: Float64Array, at: number, amount: number): void {
  sums[at] = (sums[at] ?? 0) + amount;
}

function isUnpriced({ unpriced }: UsagePart): boolean {
  return unpriced.includes('model');
}
