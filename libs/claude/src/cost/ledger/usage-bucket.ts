import { SavingsTally } from '../savings/savings-tally.js';
import type { UsageEntry } from './usage-entry.js';
import type { SharedNames } from './shared-names.js';
import { pairName } from './pair-name.js';
import { UsageTable } from './usage-table.js';

/** What use is broken down by. */
export const DIMENSIONS = ['model', 'user', 'tag', 'requestType', 'endpoint'] as const;

/** See {@link DIMENSIONS}. */
export type Dimension = (typeof DIMENSIONS)[number];

/** How many names of each dimension are told apart. */
export type NameCaps = Readonly<Record<Dimension, number>> & {
  /** How many pairs of a model and an endpoint. Left out, none is. */
  readonly pair?: number;
};

/** Stands for a model, user or kind of work that a call did not name. */
export const UNNAMED = '';

/** Everything used in a stretch of time: in all, and by each dimension. */
export class UsageBucket {
  /** In all only: a ledger has hundreds of thousands of rows of names. */
  readonly savings = new SavingsTally();
  /** By model and endpoint together; not in what several buckets add up to. */
  readonly pairs: UsageTable | null;
  readonly #all: UsageTable;
  readonly #by: Readonly<Record<Dimension, UsageTable>>;

  constructor(caps: NameCaps, shared: SharedNames) {
    this.pairs = caps.pair === undefined ? null : new UsageTable(caps.pair, shared);
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
    const { parts, tags } = entry;
    const by = this.#by;
    let overflows = this.#all.add(ALL, parts);
    overflows += by.user.add(entry.user ?? UNNAMED, parts);
    overflows += by.requestType.add(entry.requestType ?? UNNAMED, parts);
    for (const name in tags) overflows += by.tag.add(`${name}=${tags[name]}`, parts);
    const [first] = parts;
    if (first === undefined) return overflows + by.model.add(entry.model ?? UNNAMED, parts);
    if (this.pairs !== null) overflows += addEach(this.pairs, parts, pairName);
    return overflows + addEach(by.model, parts, modelOf) + addEach(by.endpoint, parts, endpointOf);
  }

  addBucket(other: UsageBucket): void {
    this.savings.addTally(other.savings);
    this.#all.addTable(other.#all);
    for (const dimension of DIMENSIONS) this.#by[dimension].addTable(other.#by[dimension]);
  }
}

/** The only row of the table of everything. */
export const ALL = 'all';

type Part = UsageEntry['parts'][number];

/** A call that asked several counts as one request of each, and what each used is its own. */
function addEach(table: UsageTable, parts: readonly Part[], nameOf: (part: Part) => string): number {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return table.add(nameOf(first), parts);
  let overflows = 0;
  for (const name of new Set(parts.map(nameOf))) {
    overflows += table.add(
      name,
      parts.filter((part) => nameOf(part) === name),
    );
  }
  return overflows;
}

function modelOf({ model }: Part): string {
  return model ?? UNNAMED;
}

function endpointOf({ endpoint }: Part): string {
  return endpoint;
}
