import type { AttemptRecord, CallRecord, StageInsertion, UsageEntry, UsagePart } from 'nestjs-claude';
import type { RecordedRequest } from 'nestjs-claude/testing';
import type { ClaudeHarness } from '../../support/claude-harness.js';

const CALL_HEADER = 'x-bill-call';
const ATTEMPT_HEADER = 'x-stainless-retry-count';

/**
 * Sends the id of the call along, so that the simulator's record can be held against ours even where no answer, and so no
 * request id, came back.
 */
export const TELL_CALL: StageInsertion = {
  before: 'retry',
  use: (call, next) => {
    call.request.headers.set(CALL_HEADER, call.id);
    return next(call);
  },
};

/** One attempt: what the ledger booked for it, and what the simulator billed. */
export interface BillLine {
  readonly entry: UsageEntry;
  readonly record: CallRecord;
  readonly attempt: AttemptRecord;
  /** `null` where nothing was booked. */
  readonly part: UsagePart | null;
  /** What reached the simulator; `null` where nothing did. */
  readonly request: RecordedRequest | null;
}

/** Every attempt of every call, entry by entry. Each request that the simulator billed must be the request of one. */
export function billLines({ records, sim }: ClaudeHarness, entries: readonly UsageEntry[]): readonly BillLine[] {
  const requests = byAttempt(sim.requests);
  const byId = new Map(records.map((record) => [record.id, record]));
  const lines = entries.flatMap((entry) => linesOf(entry, byId.get(entry.id), requests));
  const matched = new Set(lines.map(({ request }) => request));
  expect(sim.requests.filter((request) => request.billed !== null && !matched.has(request))).toEqual([]);
  return lines;
}

function linesOf(
  entry: UsageEntry,
  record: CallRecord | undefined,
  requests: ReadonlyMap<string, RecordedRequest>,
): readonly BillLine[] {
  if (record === undefined) throw new Error(`The ledger has an entry of ${entry.id}, which no record tells of.`);
  const parts = [...entry.parts];
  const lines = record.attempts.map((attempt) => ({
    entry,
    record,
    attempt,
    part: attempt.usage === null ? null : (parts.shift() ?? null),
    request: requests.get(`${record.id}/${attempt.number - 1}`) ?? null,
  }));
  expect(parts).toEqual([]);
  return lines;
}

/** An attempt whose kept connection turned out to be closed is sent once more: one of its requests at most is billed. */
function byAttempt(requests: readonly RecordedRequest[]): ReadonlyMap<string, RecordedRequest> {
  const found = new Map<string, RecordedRequest>();
  for (const request of requests) {
    const before = found.get(keyOfRequest(request)) ?? null;
    expect(before?.billed ?? null).toBeNull();
    found.set(keyOfRequest(request), request);
  }
  return found;
}

function keyOfRequest({ headers }: RecordedRequest): string {
  return `${String(headers[CALL_HEADER])}/${String(headers[ATTEMPT_HEADER])}`;
}
