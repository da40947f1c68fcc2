import type { Anthropic } from '@anthropic-ai/sdk';
import type { ApiKey } from '../http/api-keys.js';
import type { JsonObject } from '../json.js';

/** The API gives up on what is not done after a day ("Batch processing" in the Anthropic API docs). */
export const EXPIRES_AFTER_MS = 24 * 60 * 60_000;

/** One request of a batch as it came: its params are checked when it is processed, not before. */
export interface BatchItem {
  readonly customId: string;
  readonly params: JsonObject;
}

export type BatchResult = Anthropic.Messages.MessageBatchIndividualResponse;

/** How far a batch has come. */
export type BatchState =
  | { readonly status: 'in_progress' }
  | { readonly status: 'canceling'; readonly cancelledAtMs: number }
  | {
      readonly status: 'ended';
      readonly cancelledAtMs: number | null;
      readonly endedAtMs: number;
      readonly results: readonly BatchResult[];
    };

/** A batch of one organization. Times are wall-clock milliseconds. */
export interface Batch {
  readonly id: string;
  readonly key: ApiKey;
  readonly createdAtMs: number;
  /** When it is done, if nobody cancels it. */
  readonly dueAtMs: number;
  readonly items: readonly BatchItem[];
  state: BatchState;
  /** Under way since somebody found the batch due. */
  processing?: Promise<void>;
}

/** A batch as the API shows it. */
export function batchView({ id, createdAtMs, items, state }: Batch, url: string): Anthropic.Messages.MessageBatch {
  const isEnded = state.status === 'ended';
  return {
    id,
    type: 'message_batch',
    processing_status: state.status,
    request_counts: isEnded ? countsOf(state.results) : { ...NO_COUNTS, processing: items.length },
    created_at: timestamp(createdAtMs),
    expires_at: timestamp(createdAtMs + EXPIRES_AFTER_MS),
    ended_at: isEnded ? timestamp(state.endedAtMs) : null,
    cancel_initiated_at: state.status === 'in_progress' ? null : timestamp(state.cancelledAtMs),
    archived_at: null,
    results_url: isEnded ? `${url}/v1/messages/batches/${id}/results` : null,
  };
}

const NO_COUNTS = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };

function countsOf(results: readonly BatchResult[]): typeof NO_COUNTS {
  const counts = { ...NO_COUNTS };
  for (const { result } of results) counts[result.type]++;
  return counts;
}

function timestamp(atMs: number): string;
function timestamp(atMs: number | null): string | null;
function timestamp(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
