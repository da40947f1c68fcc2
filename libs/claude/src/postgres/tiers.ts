import { DAY_MS, oldestIndex, timeLevels, type TimeLevel } from '../cost/ledger/covered-period.js';
import type { Moments } from '../cost/ledger/usage-ledger.js';
import type { PostgresLedgerSettings } from './postgres-ledger.options.js';

/** A rollup by stretches of one length. */
export interface Tier extends Pick<TimeLevel, 'lengthMs' | 'keptMs'> {
  readonly name: 'minute' | 'hour' | 'day' | 'week';
}

const WEEK_MS = 7 * DAY_MS;

/**
 * The levels of a summary, and weeks, counted from the epoch: they are never told apart, but a month has a third of the
 * rows with them.
 */
export function tiersOf(
  kept: Pick<PostgresLedgerSettings, 'minutesForHours' | 'hoursForDays' | 'days'>,
): readonly Tier[] {
  const levels = timeLevels(kept).map(({ resolution, lengthMs, keptMs }) => ({ name: resolution, lengthMs, keptMs }));
  return [...levels, { name: 'week', lengthMs: WEEK_MS, keptMs: kept.days * DAY_MS }];
}

/** When the oldest stretch begins that a tier keeps. */
export function oldestMs(tier: Tier, nowMs: number): number {
  return oldestIndex(tier, nowMs) * tier.lengthMs;
}

/** A period as stretches of a fine tier, with whole stretches of a coarser one in its midst. */
export interface Stretches extends Moments {
  readonly coarseFromMs: number;
  readonly coarseToMs: number;
}

export function stretchesOf({ fromMs, toMs }: Moments, { lengthMs }: Tier): Stretches {
  const coarseFromMs = Math.ceil(fromMs / lengthMs) * lengthMs;
  const coarseToMs = Math.floor(toMs / lengthMs) * lengthMs;
  return coarseFromMs < coarseToMs
    ? { fromMs, coarseFromMs, coarseToMs, toMs }
    : { fromMs, coarseFromMs: toMs, coarseToMs: toMs, toMs };
}
