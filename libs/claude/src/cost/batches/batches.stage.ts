import type { Attempt, AttemptListener } from '../../call/attempt.js';
import type { Call } from '../../call/call.js';
import { createsBatch } from '../../call/operations/operation.js';
import type { Stage } from '../../call/stage.js';
import { fieldsOf } from '../pricing/planned-hops.js';
import { ownerOf, type Batches } from './batches.js';
import { ResultLines } from './result-lines.js';

const BATCH_ID = /\/batches\/([^/?#]+)\/results/;

/** Listens to what creates message batches, and to what reads their results. Everything else just passes. */
export function batchesStage(batches: Batches): Stage {
  return (call, next) => {
    const listener = listenerFor(call, batches);
    if (listener === null) return next(call);
    call.listeners.add(listener);
    return next(call).finally(() => call.listeners.remove(listener));
  };
}

function listenerFor(call: Call, batches: Batches): AttemptListener | null {
  if (createsBatch(call.operation)) return new Creation(call, batches);
  if (call.operation.usage !== 'batch-results') return null;
  const [, batchId] = BATCH_ID.exec(call.request.url) ?? [];
  return batchId === undefined ? null : new Reading(call, batchId, batches);
}

/** Learns the id of a batch that is created. */
class Creation implements AttemptListener {
  constructor(
    private readonly call: Call,
    private readonly batches: Batches,
  ) {}

  jsonKnown(attempt: Attempt, value: unknown): void {
    const { id } = fieldsOf(value);
    if (typeof id === 'string') this.batches.created(this.call, attempt, id);
  }

  attemptEnded(): void {
    // Without an answer nobody knows what the batch is called, if there is one.
  }
}

/** Reads along with who reads results. What breaks off is forgotten: the next reading begins anew. */
class Reading implements AttemptListener {
  #lines = new ResultLines();

  constructor(
    private readonly call: Call,
    private readonly batchId: string,
    private readonly batches: Batches,
  ) {}

  bytesPassed(_attempt: Attempt, bytes: Uint8Array): void {
    this.#lines.push(bytes);
  }

  attemptEnded(attempt: Attempt): void {
    const lines = this.#lines;
    this.#lines = new ResultLines();
    if (attempt.failure !== null || attempt.abandoned) return;
    lines.end();
    const { call, batchId } = this;
    this.batches.read({ batchId, lines, operation: call.operation.name, reader: ownerOf(call, attempt) });
  }
}
