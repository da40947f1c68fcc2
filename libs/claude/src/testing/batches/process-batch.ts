import { ApiFailure, errorMessageOf, errorTypeOf } from '../http/api-failure.js';
import { answerTo, composeMessage } from '../messages/compose-message.js';
import type { Answer } from '../messages/answer.js';
import { messageJson } from '../messages/message-envelope.js';
import type { PreparedRequest } from '../messages/prepared-request.js';
import { SimulatedRequest } from '../messages/simulated-request.js';
import type { Simulation } from '../simulation.js';
import { EXPIRES_AFTER_MS, type Batch, type BatchItem, type BatchResult } from './batch.js';

type ResultOf<T> = Extract<BatchResult['result'], { type: T }>;

/** Brings a batch up to date: what is cancelled, expired or due ends now. */
export async function updateBatch(batch: Batch, simulation: Simulation): Promise<void> {
  const { state } = batch;
  const nowMs = simulation.clock.wall();
  const expiresAtMs = batch.createdAtMs + EXPIRES_AFTER_MS;
  if (state.status === 'canceling') end(batch, 'canceled', state.cancelledAtMs);
  else if (state.status === 'in_progress' && nowMs >= Math.min(batch.dueAtMs, expiresAtMs)) {
    if (batch.dueAtMs > expiresAtMs) end(batch, 'expired', expiresAtMs);
    // However many look at a batch that is due, its requests are answered once.
    else await (batch.processing ??= processAll(batch, simulation));
  }
}

function end(batch: Batch, type: 'canceled' | 'expired', endedAtMs: number): void {
  const results = batch.items.map(({ customId }): BatchResult => ({ custom_id: customId, result: { type } }));
  batch.state = { status: 'ended', endedAtMs, cancelledAtMs: type === 'canceled' ? endedAtMs : null, results };
}

async function processAll(batch: Batch, simulation: Simulation): Promise<void> {
  const done = await Promise.all(batch.items.map((item) => processItem(item, batch, simulation)));
  // It may have been cancelled while a reply was waited for.
  if (batch.state.status !== 'in_progress') return;
  const results = done.map((finish, index) => ({ custom_id: batch.items[index]?.customId ?? '', result: finish() }));
  batch.state = { status: 'ended', endedAtMs: batch.dueAtMs, cancelledAtMs: null, results };
}

/** Finds the answer; what it returns turns it into a result and bills it. */
async function processItem(
  item: BatchItem,
  batch: Batch,
  simulation: Simulation,
): Promise<() => BatchResult['result']> {
  try {
    const prepared = simulation.preparer.prepare(item.params);
    const request = new SimulatedRequest(prepared.body, batch.key.secret, {});
    const directive = simulation.script.messages.take(request);
    if (directive?.fault?.kind === 'status') {
      const { status, type = errorTypeOf(status), message = errorMessageOf(status) } = directive.fault;
      throw new ApiFailure(status, message, { type });
    }
    const answer = await answerTo(directive, prepared, request);
    return () => succeeded(prepared, answer, batch, simulation);
  } catch (error) {
    const failure = error instanceof ApiFailure ? error : new ApiFailure(500, String(error));
    return () => errored(failure);
  }
}

function succeeded(
  prepared: PreparedRequest,
  answer: Answer,
  batch: Batch,
  simulation: Simulation,
): ResultOf<'succeeded'> {
  const occasion = { key: batch.key, isBeta: false, serviceTier: 'batch' } as const;
  const { envelope, cachePlan } = composeMessage(simulation, prepared, answer, occasion);
  const { id, model, usage } = envelope;
  cachePlan.commit();
  simulation.bill({ requestId: batch.id, messageId: id, model, usage, isComplete: true }, batch.key);
  return { type: 'succeeded', message: JSON.parse(messageJson(envelope)) as ResultOf<'succeeded'>['message'] };
}

function errored({ type, message }: ApiFailure): ResultOf<'errored'> {
  const error = { type, message } as ResultOf<'errored'>['error']['error'];
  return { type: 'errored', error: { type: 'error', error, request_id: null } };
}
