import type { Clock } from '../../call/clock.js';
import { LEDGER_DEFAULTS, type LedgerOptions } from './ledger.options.js';
import { RecentEntries } from './recent-entries.js';
import { SharedNames } from './shared-names.js';
import { TimeBuckets } from './time-buckets.js';
import type { NameCaps } from './usage-bucket.js';
import type { UsageEntry } from './usage-entry.js';
import type { Moments, UsageLedger } from './usage-ledger.js';
import { summaryOf, type Resolution, type UsageSummary } from './usage-summary.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** More than there are models, endpoints and kinds of work in any application; callers can invent models all the same. */
const MAX_OTHER_NAMES = 200;

const RESOLUTIONS: readonly Resolution[] = ['minute', 'hour', 'day'];

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
  readonly #levels: readonly TimeBuckets[];
  readonly #recent: RecentEntries;
  #overflows = 0;
  #tooOld = 0;

  constructor(
    private readonly clock: Clock,
    options: LedgerOptions = {},
  ) {
    const { minutesForHours, hoursForDays, days, maxUsers, maxTags, recentEntries } = {
      ...LEDGER_DEFAULTS,
      ...options,
    };
    const other = MAX_OTHER_NAMES;
    this.#caps = { model: other, user: maxUsers, tag: maxTags, requestType: other, endpoint: other };
    this.#levels = [
      new TimeBuckets(MINUTE_MS, minutesForHours * HOUR_MS, this.#caps, this.#shared),
      new TimeBuckets(HOUR_MS, hoursForDays * DAY_MS, this.#caps, this.#shared),
      new TimeBuckets(DAY_MS, days * DAY_MS, this.#caps, this.#shared),
    ];
    this.#recent = new RecentEntries(recentEntries);
  }

  get stats(): LedgerStats {
    return { overflows: this.#overflows, tooOld: this.#tooOld };
  }

  record(entries: readonly UsageEntry[]): void {
    const nowMs = this.clock.wall();
    for (const entry of entries) if (this.#recent.add(entry)) this.#add(entry, nowMs);
  }

  summarize({ fromMs, toMs }: Moments): UsageSummary {
    const nowMs = this.clock.wall();
    const finest = this.#levels.findIndex((level) => level.reaches(fromMs, nowMs));
    const index = finest === -1 ? this.#levels.length - 1 : finest;
    const level = this.#levels[index] as TimeBuckets;
    const sum = level.sum(Math.max(fromMs, nowMs - level.keptMs), toMs);
    return summaryOf(sum, periodOf(level, RESOLUTIONS[index] as Resolution, { fromMs, toMs }, nowMs));
  }

  recent(limit: number): readonly UsageEntry[] {
    return this.#recent.newest(limit);
  }

  #add(entry: UsageEntry, nowMs: number): void {
    let isKept = false;
    for (const level of this.#levels) {
      const overflows = level.add(entry, nowMs);
      if (overflows === null) continue;
      isKept = true;
      this.#overflows += overflows;
    }
    if (!isKept) this.#tooOld++;
  }
}

function periodOf(
  { lengthMs, keptMs }: TimeBuckets,
  resolution: Resolution,
  { fromMs, toMs }: Moments,
  nowMs: number,
): UsageSummary['period'] {
  const start = Math.floor(Math.max(fromMs, nowMs - keptMs) / lengthMs) * lengthMs;
  const end = Math.max(start, Math.ceil(toMs / lengthMs) * lengthMs);
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString(), resolution };
}
