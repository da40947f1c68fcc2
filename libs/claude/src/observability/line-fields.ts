import type { LogFields } from '../redaction/log-line.js';

/** Clears what others have named: of secrets, line breaks and escape sequences. */
export type Clear = (text: string) => string;

/** A field of a line, by what the line is of. `null`, and `undefined`, say nothing. */
export type LineField<T> = (of: T, clear: Clear) => unknown;

/** The most tags a line holds. */
const MOST_TAGS = 32;

/** Ids that are as the API, or OpenTelemetry, makes them: nothing in them has to be cleared. */
const PLAIN_ID = /^(?:req_[A-Za-z0-9]{1,64}|[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

/** Puts the fields that say something on a line. */
export function fillFields<T>(
  line: object,
  entries: readonly (readonly [string, LineField<T>])[],
  of: T,
  clear: Clear,
): void {
  const fields = line as Record<string, unknown>;
  for (const [name, field] of entries) {
    const value = field(of, clear);
    if (value !== null && value !== undefined) fields[name] = value;
  }
}

/** Milliseconds to one decimal: what lies behind it is noise. */
export function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

let second = Number.NaN;
let untilSecond = '';

/** In ISO 8601. Lines come many in a second: all of it but the milliseconds is put together once. */
export function isoTime(atMs: number): string {
  const ms = atMs % 1_000;
  if (!Number.isInteger(ms) || ms < 0) return new Date(atMs).toISOString();
  if (atMs - ms !== second) {
    second = atMs - ms;
    untilSecond = new Date(second).toISOString().slice(0, -'000Z'.length);
  }
  return `${untilSecond}${String(ms).padStart(3, '0')}Z`;
}

export function cleared(text: string | null, clear: Clear): string | null {
  return text === null ? null : clear(text);
}

export function clearedId(id: string | null, clear: Clear): string | null {
  return id === null || PLAIN_ID.test(id) ? id : clear(id);
}

/** Tags with names and values cleared; `null` for none. */
export function clearedTags(tags: Readonly<Record<string, string>>, clear: Clear): LogFields | null {
  const entries = Object.entries(tags).slice(0, MOST_TAGS);
  if (entries.length === 0) return null;
  return Object.fromEntries(entries.map(([name, value]) => [clear(name), clear(value)]));
}
