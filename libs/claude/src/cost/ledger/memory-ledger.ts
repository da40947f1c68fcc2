import type { Clock } from '../../call/clock.js';
import { coveredPeriod, timeLevels, type TimeLevel } from './covered-period.js';
import { LEDGER_DEFAULTS, MAX_OTHER_NAMES, MAX_PAIRS, type LedgerOptions } from './ledger.options.js';
import { modelAtEndpoint, type ModelAtEndpoint } from './model-at-endpoint.js';
import { RecentEntries } from './recent-entries.js';
import { SharedNames } from './shared-names.js';
import { TimeBuckets } from './time-buckets.js';
import type { NameCaps } from './usage-bucket.js';
import type { UsageEntry } from './usage-entry.js';
import type { Moments, UsageLedger } from './usage-ledger.js';
import { summaryOf, type UsageSummary } from './usage-summary.js';

/** What a ledger in memory could not tell apart, or not keep. */
export interface LedgerStats {
  /** How often a name had to go into `other`, at any resolution. */
  readonly overflows: number;
  /** Entries that were older than the ledger reaches back. */
  readonly tooOld: number;
}

/**
 * What calls used, in this process's memory: its size is bounded by how many minutes, hours, days and names are kept,
 * whatever the number of calls.
 */
export class MemoryLedger implements UsageLedger {
  readonly #caps: NameCaps;
  readonly #shared = new SharedNames();
  readonly #levels: readonly TimeLevel[];
  /** Of each level. */
  readonly #buckets: readonly TimeBuckets[];
  readonly #days: TimeBuckets;
  readonly #recent: RecentEntries;
  #overflows = 0;
  #tooOld = 0;

  constructor(
    private readonly clock: Clock,
    options: LedgerOptions = {},
  ) {
    const { maxUsers, maxTags, recentEntries, ...kept } = { ...LEDGER_DEFAULTS, ...options };
    const other = MAX_OTHER_NAMES;
    this.#caps = { model: other, user: maxUsers, tag: maxTags, requestType: other, endpoint: other };
    this.#levels = timeLevels(kept);
    const bucketsOf = ({ lengthMs, keptMs }: TimeLevel, caps: NameCaps): TimeBuckets =>
      new TimeBuckets(lengthMs, keptMs, caps, this.#shared);
    const finer = this.#levels.slice(0, -1);
    this.#days = bucketsOf(this.#levels.at(-1) as TimeLevel, { ...this.#caps, pair: MAX_PAIRS });
    this.#buckets = [...finer.map((level) => bucketsOf(level, this.#caps)), this.#days];
    this.#recent = new RecentEntries(recentEntries);
  }

  get stats(): LedgerStats {
    return { overflows: this.#overflows, tooOld: this.#tooOld };
  }

  record(entries: readonly UsageEntry[]): void {
    const nowMs = this.clock.wall();
    for (const entry of entries) if (this.#recent.add(entry)) this.#add(entry, nowMs);
  }

  summarize(moments: Moments): UsageSummary {
    const { level, fromMs, toMs, period } = coveredPeriod(this.#levels, moments, this.clock.wall());
    return summaryOf((this.#buckets[level] as TimeBuckets).sum(fromMs, toMs), period);
  }

  modelsAtEndpoints(dayStartMs: number): readonly ModelAtEndpoint[] | null {
    const table = this.#days.startingAt(dayStartMs, this.clock.wall())?.pairs;
    if (!table) return null;
    return Array.from(table.names, (name) => modelAtEndpoint(name, (column) => table.sum(name, column)));
  }

  recent(limit: number): readonly UsageEntry[] {
    return this.#recent.newest(limit);
  }

  #add(entry: UsageEntry, nowMs: number): void {
    let isKept = false;
    for (const level of this.#buckets) {
      const overflows = level.add(entry, nowMs);
      if (overflows === null) continue;
      isKept = true;
      this.#overflows += overflows;
    }
    if (!isKept) this.#tooOld++;
  }
}
