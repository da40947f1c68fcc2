import { kindOf } from '../../call/context.js';
import { InvalidOptionsError } from '../../errors/errors.js';

/** A stretch of time: from one moment to another, or the last so many days until now. */
export type UsagePeriod =
  | { readonly from: Date | number; readonly to?: Date | number; readonly days?: never }
  | { readonly days: number; readonly from?: never; readonly to?: never };

const DAY_MS = 86_400_000;
const MAX_DAYS = 3_660;

/**
 * @returns The moments in wall-clock milliseconds, the first one before the second.
 * @throws InvalidOptionsError naming the field.
 */
export function momentsOf(period: UsagePeriod, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  if (typeof period !== 'object' || period === null)
    throw problem('`period`', 'an object with `days`, or `from`', period);
  const { days, from, to = nowMs } = period;
  if (days === undefined) {
    const fromMs = momentOf('period.from', from);
    const toMs = momentOf('period.to', to);
    if (fromMs < toMs) return { fromMs, toMs };
    throw new InvalidOptionsError(
      '`period.from` must be before `period.to`, which is now unless given: exchange them.',
    );
  }
  if (from !== undefined || period.to !== undefined)
    throw new InvalidOptionsError('`period.days` excludes `period.from` and `period.to`: give one or the other.');
  if (typeof days === 'number' && days > 0 && days <= MAX_DAYS) return { fromMs: nowMs - days * DAY_MS, toMs: nowMs };
  throw problem('`period.days`', `a number above 0 and up to ${MAX_DAYS}`, days);
}

/** @throws InvalidOptionsError for what is no moment. */
export function momentOf(path: string, at: unknown): number {
  const ms = at instanceof Date || typeof at === 'number' ? Number(at) : NaN;
  // What a `Date` can hold.
  if (Math.abs(ms) <= 8.64e15) return ms;
  throw problem(`\`${path}\``, 'a valid date, or milliseconds since the epoch', at);
}

function problem(path: string, expected: string, given: unknown): InvalidOptionsError {
  return new InvalidOptionsError(`${path} must be ${expected}, not ${kindOf(given)}.`);
}
