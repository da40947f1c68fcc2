import type { UsageEntry } from '../ledger/usage-entry.js';
import type { Costs } from '../costs.js';
import { entryOfWork, type OwnWork } from '../external-usage.js';
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
  owner: BatchOwner,
  { prices, appraiser }: Pick<Costs, 'prices' | 'appraiser'>,
  atMs: number,
): UsageEntry {
  const { user, tags, requestType, endpoint } = owner;
  const work: OwnWork = { id: `${batchId}/${customId}`, operation, model, endpoint, user, tags, requestType };
  return entryOfWork(work, { usage, cost: prices.costOf(model, usage, atMs), atMs }, appraiser);
}
