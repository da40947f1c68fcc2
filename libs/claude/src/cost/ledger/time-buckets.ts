import type { UsageEntry } from './usage-entry.js';
import type { SharedNames } from './shared-names.js';
import { UsageBucket, type NameCaps } from './usage-bucket.js';

/** Use by stretches of one length, counted from the epoch, kept for a while. */
export class TimeBuckets {
  readonly #buckets = new Map<number, UsageBucket>();

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
    return (this.#buckets.get(index) ?? this.#open(index, nowMs)).add(entry);
  }

  /** Whether a moment is still told apart by this length. */
  reaches(atMs: number, nowMs: number): boolean {
    return Math.floor(atMs / this.lengthMs) >= this.#oldest(nowMs);
  }

  /** The buckets from one moment to another, each begun one whole, with the time it begins, oldest first. */
  *between(fromMs: number, toMs: number): Iterable<[startsAtMs: number, bucket: UsageBucket]> {
    const last = Math.ceil(toMs / this.lengthMs);
    for (let index = Math.floor(fromMs / this.lengthMs); index < last; index++) {
      const bucket = this.#buckets.get(index);
      if (bucket !== undefined) yield [index * this.lengthMs, bucket];
    }
  }

  #open(index: number, nowMs: number): UsageBucket {
    const oldest = this.#oldest(nowMs);
    for (const each of this.#buckets.keys()) if (each < oldest) this.#buckets.delete(each);
    const bucket = new UsageBucket(this.caps, this.shared);
    this.#buckets.set(index, bucket);
    return bucket;
  }

  #oldest(nowMs: number): number {
    return Math.floor((nowMs - this.keptMs) / this.lengthMs);
  }
}
