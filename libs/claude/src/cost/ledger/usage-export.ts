import { csvOf, type Cell } from './csv.js';
import type { UsageEntry } from './usage-entry.js';
import type { UsageShare, UsageSummary } from './usage-summary.js';

const SHARE_COLUMNS = [
  'name',
  'requests',
  'billedRequests',
  'unpricedRequests',
  'totalCostUsd',
  'totalCostNanoUsd',
  'estimatedCostUsd',
  'averageCostUsd',
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'webSearchRequests',
] as const satisfies readonly (keyof UsageShare)[];

/** Shares as CSV, a line each, with the period they cover. */
export function sharesCsv(shares: readonly UsageShare[], { from, to }: UsageSummary['period']): string {
  const rows = shares.map((share): readonly Cell[] => [from, to, ...SHARE_COLUMNS.map((column) => share[column])]);
  return csvOf(['from', 'to', ...SHARE_COLUMNS], rows);
}

const ENTRY_COLUMNS = ['id', 'at', 'operation', 'model', 'requestType', 'user', 'tags', 'outcome', 'costNanoUsd'];

const PART_COLUMNS = [
  'model',
  'endpoint',
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'webSearchRequests',
  'costNanoUsd',
  'accuracy',
  'priceVersion',
] as const satisfies readonly (keyof UsageEntry['parts'][number])[];

/** Entries as CSV: a line for each part, so that the costs of the parts add up; one for an entry that used nothing. */
export function entriesCsv(entries: readonly UsageEntry[]): string {
  const header = [...ENTRY_COLUMNS, ...PART_COLUMNS.map((column) => `part.${column}`)];
  return csvOf(header, entries.flatMap(linesOf));
}

function linesOf(entry: UsageEntry): readonly (readonly Cell[])[] {
  const { id, atMs, operation, model, requestType, user, tags, outcome, costNanoUsd } = entry;
  const at = new Date(atMs).toISOString();
  const own: readonly Cell[] = [
    id,
    at,
    operation,
    model,
    requestType,
    user,
    JSON.stringify(tags),
    outcome,
    costNanoUsd,
  ];
  if (entry.parts.length === 0) return [[...own, ...PART_COLUMNS.map(() => null)]];
  return entry.parts.map((part) => [...own, ...PART_COLUMNS.map((column) => part[column])]);
}
