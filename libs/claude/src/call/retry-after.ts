import type { Random } from './clock.js';

/**
 * How long the server asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` as seconds, else as an HTTP
 * date read against the answer's own `date`, so that a wrong clock of ours does no harm. Negative, unreadable and
 * missing values give `null`: a hint is never a reason to retry without any wait.
 *
 * Source: RFC 9110, 10.2.3; `retry-after-ms` is what the Anthropic SDK understands beside it.
 *
 * @param wallMs Our own wall clock, for answers without a `date`.
 */
export function retryAfterMs(headers: Headers, wallMs: number): number | null {
  const milliseconds = positive(headers.get('retry-after-ms'));
  if (milliseconds !== null) return milliseconds;
  const value = headers.get('retry-after');
  const seconds = positive(value);
  if (seconds !== null) return seconds * 1_000;
  return value === null ? null : untilDate(value, headers.get('date'), wallMs);
}

/**
 * A wait the server asked for, with up to a tenth (at most a second) on top: never less than asked, and not everybody
 * at once.
 */
export function jitteredHintMs(hintMs: number, random: Random): number {
  return hintMs + random() * Math.min(1_000, hintMs / 10);
}

function positive(value: string | null): number | null {
  if (value === null || !/^\s*\d+(?:\.\d+)?\s*$/.test(value)) return null;
  const number = Number(value);
  return number > 0 && Number.isFinite(number) ? number : null;
}

function untilDate(value: string, date: string | null, wallMs: number): number | null {
  // Only an HTTP date ends like this; `Date.parse` alone would take "-5" for a year.
  if (!/\bGMT\s*$/.test(value)) return null;
  const sentAt = date === null ? NaN : Date.parse(date);
  const wait = Date.parse(value) - (Number.isNaN(sentAt) ? wallMs : sentAt);
  return wait > 0 ? wait : null;
}
