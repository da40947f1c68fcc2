import { SavingsTally } from '../savings/savings-tally.js';
import type { UsageEntry } from './usage-entry.js';
import type { SharedNames } from './shared-names.js';
import { UsageTable } from './usage-table.js';

/** What use is broken down by. */
export const DIMENSIONS = ['model', 'user', 'tag', 'requestType', 'endpoint'] as const;

/** See {@link DIMENSIONS}. */
export type Dimension = (typeof DIMENSIONS)[number];

/** How many names of each dimension are told apart. */
export type NameCaps = Readonly<Record<Dimension, number>>;

/** Stands for a model, user or kind of work that a call did not name. */
export const UNNAMED = '';

/** Everything used in a stretch of time: in all, and by each dimension. */
export class UsageBucket {
  /** In all only: a ledger has hundreds of thousands of rows of names. */
  readonly savings = new SavingsTally();
  readonly #all: UsageTable;
  readonly #by: Readonly<Record<Dimension, UsageTable>>;

  constructor(caps: NameCaps, shared: SharedNames) {
    this.#all = new UsageTable(1, shared);
    this.#by = {
      model: new UsageTable(caps.model, shared),
      user: new UsageTable(caps.user, shared),
      tag: new UsageTable(caps.tag, shared),
      requestType: new UsageTable(caps.requestType, shared),
      endpoint: new UsageTable(caps.endpoint, shared),
    };
  }

  get all(): UsageTable {
    return this.#all;
  }

  by(dimension: Dimension): UsageTable {
    return this.#by[dimension];
  }

  /** @returns How many names had no row of their own any more. */
  add(entry: UsageEntry): number {
    this.savings.add(entry.savingsNanoUsd);
    let overflows = addWhole(this.#all, ALL, entry);
    overflows += addWhole(this.#by.user, entry.user ?? UNNAMED, entry);
    overflows += addWhole(this.#by.requestType, entry.requestType ?? UNNAMED, entry);
    for (const name in entry.tags) overflows += addWhole(this.#by.tag, `${name}=${entry.tags[name]}`, entry);
    overflows += addParts(this.#by.model, entry, (part) => (part ?? entry).model ?? UNNAMED);
    return overflows + addParts(this.#by.endpoint, entry, (part) => part?.endpoint ?? null);
  }

  addBucket(other: UsageBucket): void {
    this.savings.addTally(other.savings);
    this.#all.addTable(other.#all);
    for (const dimension of DIMENSIONS) this.#by[dimension].addTable(other.#by[dimension]);
  }
}

/** The only row of the table of everything. */
export const ALL = 'all';

function addWhole(table: UsageTable, name: string, entry: UsageEntry): number {
  const overflows = table.hasNoRoomFor(name) ? 1 : 0;
  const row = table.row(name);
  table.count(row, entry.parts.length > 0, entry.parts.some(isUnpriced));
  for (const part of entry.parts) table.addPart(row, part);
  return overflows;
}

type Part = UsageEntry['parts'][number];

/** A call that asked several counts as one request of each, and what each used is its own. */
function addParts(table: UsageTable, entry: UsageEntry, nameOf: (part: Part | null) => string | null): number {
  const { parts } = entry;
  const [first = null] = parts;
  const firstName = nameOf(first);
  if (firstName === null) return 0;
  if (parts.length < 2 || parts.every((part) => nameOf(part) === firstName)) return addWhole(table, firstName, entry);
  let overflows = 0;
  for (const name of new Set(parts.map(nameOf))) {
    if (name === null) continue;
    overflows += addWhole(table, name, { ...entry, parts: parts.filter((part) => nameOf(part) === name) });
  }
  return overflows;
}

function isUnpriced({ unpriced }: Part): boolean {
  return unpriced.includes('model');
}
