import type { BookLine } from './usage-book.js';
import { pageToken, type ReportQuery } from './report-query.js';

const MINUTE_MS = 60_000;

/** A page of a report, as the API answers it. */
export interface ReportPage {
  readonly data: readonly ReportBucket[];
  readonly has_more: boolean;
  readonly next_page: string | null;
}

interface ReportBucket {
  readonly starting_at: string;
  readonly ending_at: string;
  readonly results: readonly object[];
}

/** @param resultsOf What the lines of one bucket come to. */
export function reportPage(
  { lengthMs, starts, nextStart, filters }: ReportQuery,
  lines: Iterable<BookLine>,
  resultsOf: (lines: readonly BookLine[]) => readonly object[],
): ReportPage {
  const byStart = new Map<number, BookLine[]>(starts.map((start) => [start, []]));
  for (const line of lines) {
    const start = Math.floor((line.minute * MINUTE_MS) / lengthMs) * lengthMs;
    if (filters.every(([field, values]) => values.has(fieldOf(line, field)))) byStart.get(start)?.push(line);
  }
  const data = Array.from(byStart, ([start, own]) => ({
    starting_at: timestamp(start),
    ending_at: timestamp(start + lengthMs),
    results: resultsOf(own),
  }));
  return { data, has_more: nextStart !== null, next_page: nextStart === null ? null : pageToken(nextStart) };
}

/** Lines that are alike in some fields, in the order they came in. */
export function groupsOf<T>(items: readonly T[], alike: (item: T) => unknown): readonly T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const id = JSON.stringify(alike(item));
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function fieldOf({ under }: BookLine, field: string): string {
  return under[field as keyof typeof under] ?? 'null';
}

function timestamp(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}
