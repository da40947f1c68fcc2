import type { LedgerSettings } from './ledger.options.js';
import type { Moments } from './usage-ledger.js';
import type { Resolution, UsageSummary } from './usage-summary.js';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Use told apart by stretches of one length, counted from the epoch, for a while. */
export interface TimeLevel {
  readonly resolution: Resolution;
  readonly lengthMs: number;
  readonly keptMs: number;
}

/** How finely a ledger tells time apart, the finest first. */
export function timeLevels({
  minutesForHours,
  hoursForDays,
  days,
}: Pick<LedgerSettings, 'minutesForHours' | 'hoursForDays' | 'days'>): readonly TimeLevel[] {
  return [
    { resolution: 'minute', lengthMs: MINUTE_MS, keptMs: minutesForHours * HOUR_MS },
    { resolution: 'hour', lengthMs: HOUR_MS, keptMs: hoursForDays * DAY_MS },
    { resolution: 'day', lengthMs: DAY_MS, keptMs: days * DAY_MS },
  ];
}

/** The number of the oldest stretch that is kept. */
export function oldestIndex({ lengthMs, keptMs }: Pick<TimeLevel, 'lengthMs' | 'keptMs'>, nowMs: number): number {
  return Math.floor((nowMs - keptMs) / lengthMs);
}

/** What a summary covers, in wall-clock milliseconds: whole stretches of a level, and no more than it keeps. */
export interface CoveredPeriod extends Moments {
  /** Which of the levels. */
  readonly level: number;
  readonly period: UsageSummary['period'];
}

/** The finest level that reaches back to the first moment, or the one that reaches furthest; widened to its stretches. */
export function coveredPeriod(levels: readonly TimeLevel[], { fromMs, toMs }: Moments, nowMs: number): CoveredPeriod {
  const finest = levels.findIndex((each) => Math.floor(fromMs / each.lengthMs) >= oldestIndex(each, nowMs));
  const level = finest === -1 ? levels.length - 1 : finest;
  const { resolution, lengthMs, keptMs } = levels[level] as TimeLevel;
  const startMs = Math.floor(Math.max(fromMs, nowMs - keptMs) / lengthMs) * lengthMs;
  const endMs = Math.max(startMs, Math.ceil(toMs / lengthMs) * lengthMs);
  const period = { from: new Date(startMs).toISOString(), to: new Date(endMs).toISOString(), resolution };
  return { level, fromMs: startMs, toMs: endMs, period };
}
