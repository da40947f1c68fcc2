import type { UsageEntry } from '../ledger/usage-entry.js';
import { partOf } from '../ledger/usage-entry.js';
import type { PriceUsage } from '../../call/cost.js';
import type { BatchNote } from './batch-note.js';
import type { BatchUse, ResultLines } from './result-lines.js';

/** Whom the use of a batch is attributed to. */
export type BatchOwner = Pick<BatchNote, 'user' | 'tags' | 'requestType' | 'endpoint'>;

/** The results of a batch, read to their end. */
export interface BatchResults {
  readonly batchId: string;
  readonly lines: ResultLines;
  /** The operation that read them. */
  readonly operation: string;
  /** Whose they are if nobody knows who created it: the reader's. */
  readonly reader: BatchOwner;
}

/** One request of a batch, as the ledger has it: at the price of the moment. */
export function entryOfResult(
  { customId, model, usage }: BatchUse,
  { batchId, operation }: BatchResults,
  { user, tags, requestType, endpoint }: BatchOwner,
  price: PriceUsage,
  atMs: number,
): UsageEntry {
  const cost = price(model, usage, atMs);
  return {
    id: `${batchId}/${customId}`,
    atMs,
    operation,
    model,
    requestType,
    user,
    tags,
    outcome: 'succeeded',
    costNanoUsd: cost.nanoUsd,
    parts: [partOf(model, endpoint, usage, cost)],
  };
}
