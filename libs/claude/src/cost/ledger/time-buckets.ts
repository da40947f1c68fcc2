import { oldestIndex } from './covered-period.js';
import type { UsageEntry } from './usage-entry.js';
import type { SharedNames } from './shared-names.js';
import { UsageBucket, type NameCaps } from './usage-bucket.js';

/** Buckets that were added up: from one number to another, that one not included. */
interface AddedUp {
  readonly first: number;
  readonly end: number;
  readonly sum: UsageBucket;
}

/** Use by stretches of one length, counted from the epoch, kept for a while. */
export class TimeBuckets {
  readonly #buckets = new Map<number, UsageBucket>();
  /** What was asked for last, but for its newest bucket: the others hardly ever change, and dashboards ask again and again. */
  #addedUp: AddedUp | null = null;

  constructor(
    readonly lengthMs: number,
    readonly keptMs: number,
    private readonly caps: NameCaps,
    private readonly shared: SharedNames,
  ) {}

  /** @returns How many names had no row of their own any more; `null` when the entry is too old to be kept here. */
  add(entry: UsageEntry, nowMs: number): number | null {
    const index = Math.floor(entry.atMs / this.lengthMs);
    if (index < this.#oldest(nowMs)) return null;
    if (this.#addedUp !== null && index >= this.#addedUp.first && index < this.#addedUp.end) this.#addedUp = null;
    return (this.#buckets.get(index) ?? this.#open(index, nowMs)).add(entry);
  }

  /** The bucket that begins at a moment; `null` where it is too old to be kept. */
  startingAt(atMs: number, nowMs: number): UsageBucket | null {
    const index = Math.floor(atMs / this.lengthMs);
    return index < this.#oldest(nowMs) ? null : (this.#buckets.get(index) ?? this.#empty());
  }

  /** All buckets from one moment to another added up, each begun one whole. */
  sum(fromMs: number, toMs: number): UsageBucket {
    const first = Math.floor(fromMs / this.lengthMs);
    const newest = Math.ceil(toMs / this.lengthMs) - 1;
    const known = this.#addedUp;
    if (known === null || known.first !== first || known.end !== newest) {
      this.#addedUp = { first, end: newest, sum: this.#addUp(first, newest) };
    }
    const sum = this.#empty();
    if (this.#addedUp !== null) sum.addBucket(this.#addedUp.sum);
    const live = newest < first ? undefined : this.#buckets.get(newest);
    if (live !== undefined) sum.addBucket(live);
    return sum;
  }

  #addUp(first: number, end: number): UsageBucket {
    const sum = this.#empty();
    for (let index = first; index < end; index++) {
      const bucket = this.#buckets.get(index);
      if (bucket !== undefined) sum.addBucket(bucket);
    }
    return sum;
  }

  #empty(): UsageBucket {
    return new UsageBucket(this.caps, this.shared);
  }

  #open(index: number, nowMs: number): UsageBucket {
    const oldest = this.#oldest(nowMs);
    for (const each of this.#buckets.keys()) if (each < oldest) this.#buckets.delete(each);
    const bucket = this.#empty();
    this.#buckets.set(index, bucket);
    return bucket;
  }

  #oldest(nowMs: number): number {
    return oldestIndex(this, nowMs);
  }
}
