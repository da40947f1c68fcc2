import { check } from '../http/api-failure.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long a bucket is, and how many of them a page has ("Usage and Cost API" in the Anthropic API docs). */
export const BUCKETS = {
  '1m': { lengthMs: MINUTE_MS, limit: 60, maxLimit: 1_440 },
  '1h': { lengthMs: HOUR_MS, limit: 24, maxLimit: 168 },
  '1d': { lengthMs: DAY_MS, limit: 7, maxLimit: 31 },
} as const;

/** The name of a length. */
export type BucketWidth = keyof typeof BUCKETS;

/** What a kind of report can be asked. */
export interface ReportRules {
  readonly widths: readonly BucketWidth[];
  readonly groups: readonly string[];
  /** What it can be narrowed down to, by the name of the parameter: `models[]` narrows down `model`. */
  readonly filters: Readonly<Record<string, string>>;
}

/** What a report is asked for. */
export interface ReportQuery {
  readonly lengthMs: number;
  /** When each bucket of the page begins. */
  readonly starts: readonly number[];
  /** Where the next page begins; `null` on the last one. */
  readonly nextStart: number | null;
  readonly groups: ReadonlySet<string>;
  readonly filters: readonly (readonly [field: string, values: ReadonlySet<string>])[];
}

const PLAIN = new Set(['starting_at', 'ending_at', 'bucket_width', 'limit', 'page', 'group_by[]']);

/** @throws ApiFailure 400 for what the API does not take. */
export function readReportQuery(text: string, rules: ReportRules, nowMs: number): ReportQuery {
  const query = new URLSearchParams(text);
  for (const name of query.keys()) {
    const isKnown = PLAIN.has(name) || Object.hasOwn(rules.filters, name);
    check(isKnown, `${name}: Extra inputs are not permitted`);
  }
  const width = query.get('bucket_width') ?? '1d';
  check(isWidth(width) && rules.widths.includes(width), `bucket_width: Input should be ${rules.widths.join(' or ')}`);
  const { lengthMs, limit: usual, maxLimit } = BUCKETS[width];
  const from = timeIn(query, 'starting_at');
  check(from !== null, 'starting_at: Field required');
  const to = timeIn(query, 'ending_at');
  check(to === null || to > from, 'ending_at: Input should be after starting_at');
  const limit = limitIn(query, usual, maxLimit);
  const first = Math.floor((pageIn(query) ?? from) / lengthMs);
  // Without an end up to now, the bucket that has only begun included.
  const end = to === null ? Math.floor(nowMs / lengthMs) + 1 : Math.floor(to / lengthMs);
  const count = Math.max(0, Math.min(limit, end - first));
  return {
    lengthMs,
    starts: Array.from({ length: count }, (_, index) => (first + index) * lengthMs),
    nextStart: first + count < end ? (first + count) * lengthMs : null,
    groups: groupsIn(query, rules.groups),
    filters: Object.entries(rules.filters).flatMap(([parameter, field]) => {
      const values = query.getAll(parameter);
      return values.length === 0 ? [] : [[field, new Set(values)] as const];
    }),
  };
}

/** What leads to a page. */
export function pageToken(startMs: number): string {
  return `page_${Buffer.from(new Date(startMs).toISOString()).toString('base64url')}`;
}

function pageIn(query: URLSearchParams): number | null {
  const token = query.get('page');
  if (token === null) return null;
  const atMs = Date.parse(Buffer.from(token.replace(/^page_/, ''), 'base64url').toString());
  check(token.startsWith('page_') && !Number.isNaN(atMs), 'page: Invalid page token');
  return atMs;
}

function isWidth(text: string): text is BucketWidth {
  return Object.hasOwn(BUCKETS, text);
}

function timeIn(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const atMs = isTime ? Date.parse(text) : Number.NaN;
  check(!Number.isNaN(atMs), `${name}: Input should be a valid RFC 3339 datetime`);
  return atMs;
}

function limitIn(query: URLSearchParams, usual: number, max: number): number {
  const limit = Number(query.get('limit') ?? usual);
  check(
    Number.isInteger(limit) && limit >= 1 && limit <= max,
    `limit: Input should be a whole number between 1 and ${max}`,
  );
  return limit;
}

function groupsIn(query: URLSearchParams, known: readonly string[]): ReadonlySet<string> {
  const groups = query.getAll('group_by[]');
  check(
    groups.every((group) => known.includes(group)),
    `group_by[]: Input should be one of: ${known.join(', ')}`,
  );
  return new Set(groups);
}
