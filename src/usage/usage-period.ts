import type { UsagePeriod } from 'nestjs-claude';
import { invalidRequest } from '../errors/gateway-error.js';

/** The fields of a query that name a stretch of time. */
export const PERIOD_FIELDS = ['days', 'from', 'to'] as const;

type PeriodFields = Readonly<Partial<Record<(typeof PERIOD_FIELDS)[number], string>>>;

/** As long as the ledger keeps what was used. */
const MAX_DAYS = 400;

const DEFAULT_DAYS = 30;

/** A day, or a moment that says its time zone: without one it would mean another in each place. */
const MOMENT = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * The stretch of time a query names; the last 30 days where it names none.
 *
 * @throws GatewayError (400) naming the field.
 */
export function periodOf({ days, from, to }: PeriodFields, nowMs: number): UsagePeriod {
  if (from === undefined) {
    if (to !== undefined) throw invalidRequest('to: cannot be given without from: add from.');
    return { days: days === undefined ? DEFAULT_DAYS : daysOf(days) };
  }
  if (days !== undefined) throw invalidRequest('days: cannot be given together with from: give one or the other.');
  const start = momentOf('from', from);
  const end = to === undefined ? nowMs : momentOf('to', to);
  if (start >= end) throw invalidRequest('from: must be before to, which is now unless it is given.');
  return { from: start, to: end };
}

function daysOf(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw invalidRequest(`days: must be a whole number from 1 to ${MAX_DAYS}.`);
}

function momentOf(name: string, text: string): number {
  const day = MOMENT.exec(text)?.[1];
  const ms = Date.parse(text);
  // A 30th of February is read as a day in March.
  if (day !== undefined && !Number.isNaN(ms) && new Date(day).toISOString().startsWith(day)) return ms;
  throw invalidRequest(
    `${name}: must be a day (UTC), e.g. 2026-11-01, or a time with its zone, e.g. 2026-11-01T08:00:00Z.`,
  );
}
