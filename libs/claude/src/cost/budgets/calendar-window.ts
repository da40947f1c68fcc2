import type { CalendarUnit } from './budget.options.js';

/** One stretch of a calendar, from its first millisecond to that of the next. */
export interface CalendarWindow {
  /** E.g. `2026-11-24`, `2026-W48`, `2026-11`, `2026-11-24T09+01:00`. */
  readonly id: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

const DAY_MS = 86_400_000;

/** Longer than any stretch of its kind lasts, with clocks that are put back. */
const LONGEST_MS: Readonly<Record<CalendarUnit, number>> = {
  hour: DAY_MS / 8,
  day: 2 * DAY_MS,
  week: 9 * DAY_MS,
  month: 33 * DAY_MS,
};

/** The stretches of one calendar. Looks the one under way up once: until it ends, that is a comparison. */
export class Calendar {
  readonly #format: Intl.DateTimeFormat;
  #current: CalendarWindow | null = null;

  /** @throws RangeError for a time zone that is none. */
  constructor(
    private readonly unit: CalendarUnit,
    timeZone: string,
  ) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      timeZoneName: 'longOffset',
    });
  }

  /** The stretch that a moment of wall-clock time falls in. */
  at(wallMs: number): CalendarWindow {
    const current = this.#current;
    if (current !== null && wallMs >= current.startsAtMs && wallMs < current.endsAtMs) return current;
    this.#current = this.#windowAt(wallMs);
    return this.#current;
  }

  /** No rule for clocks that change holds everywhere, so the ends are looked for: there the id becomes another. */
  #windowAt(wallMs: number): CalendarWindow {
    const id = this.#idAt(wallMs);
    const before = this.#lastWith(id, wallMs, wallMs - LONGEST_MS[this.unit]);
    const last = this.#lastWith(id, wallMs, wallMs + LONGEST_MS[this.unit]);
    return { id, startsAtMs: before, endsAtMs: last + 1 };
  }

  /** The last millisecond with the id, from one that has it towards one that has not. */
  #lastWith(id: string, insideMs: number, outsideMs: number): number {
    let [inside, outside] = [insideMs, outsideMs];
    while (Math.abs(outside - inside) > 1) {
      const middle = Math.trunc((inside + outside) / 2);
      if (this.#idAt(middle) === id) inside = middle;
      else outside = middle;
    }
    return inside;
  }

  #idAt(wallMs: number): string {
    const parts = Object.fromEntries(this.#format.formatToParts(wallMs).map(({ type, value }) => [type, value]));
    const month = `${parts['year']}-${parts['month']}`;
    const date = `${month}-${parts['day']}`;
    if (this.unit === 'month') return month;
    if (this.unit === 'day') return date;
    if (this.unit === 'week') return isoWeek(Date.parse(`${date}T00:00:00Z`));
    return `${date}T${parts['hour']}${parts['timeZoneName']?.replace('GMT', '') || 'Z'}`;
  }
}

/** The week that has most of its days in a year is that year's: the one with its Thursday. (ISO 8601) */
function isoWeek(dateMs: number): string {
  const daysSinceMonday = (new Date(dateMs).getUTCDay() + 6) % 7;
  const thursdayMs = dateMs + (3 - daysSinceMonday) * DAY_MS;
  const year = new Date(thursdayMs).getUTCFullYear();
  const week = Math.floor((thursdayMs - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
