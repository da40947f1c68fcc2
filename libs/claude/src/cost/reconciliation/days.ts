import { InvalidOptionsError } from '../../errors/errors.js';
import { momentsOf, type UsagePeriod } from '../ledger/usage-period.js';
import type { WholeDays } from './admin-reports.js';

const DAY_MS = 86_400_000;

/** A year and a day: reports are read for all of them, and the ledger is asked day by day. */
const MAX_DAYS = 366;

/**
 * The days of UTC that a period touches, whole.
 *
 * @throws InvalidOptionsError for a period that is none, is too long or has not begun.
 */
export function daysOf(period: UsagePeriod, nowMs: number): WholeDays {
  const { fromMs, toMs } = momentsOf(period, nowMs);
  const days = {
    fromMs: Math.floor(fromMs / DAY_MS) * DAY_MS,
    toMs: Math.ceil(Math.min(toMs, nowMs) / DAY_MS) * DAY_MS,
  };
  if (days.toMs <= days.fromMs)
    throw new InvalidOptionsError('The period to reconcile has not begun: give an earlier `from`.');
  if (days.toMs - days.fromMs > MAX_DAYS * DAY_MS)
    throw new InvalidOptionsError(`The period to reconcile is longer than ${MAX_DAYS} days: give it in parts.`);
  return days;
}

/** When each day begins. */
export function startsOf({ fromMs, toMs }: WholeDays): readonly number[] {
  return Array.from({ length: (toMs - fromMs) / DAY_MS }, (_, index) => fromMs + index * DAY_MS);
}

export function endOf(startsAtMs: number): number {
  return startsAtMs + DAY_MS;
}

/** E.g. `2026-11-01`. */
export function dayName(startsAtMs: number): string {
  return new Date(startsAtMs).toISOString().slice(0, 10);
}
