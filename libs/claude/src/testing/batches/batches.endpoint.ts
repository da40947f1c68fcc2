import { ApiFailure, check } from '../http/api-failure.js';
import type { Exchange } from '../http/exchange.js';
import { pageOf } from '../http/page.js';
import { bodySteps } from '../http/step.js';
import { isObject } from '../json.js';
import type { Simulation } from '../simulation.js';
import { batchView, type Batch, type BatchItem } from './batch.js';
import { updateBatch } from './process-batch.js';

const MAX_ITEMS = 100_000;

/** `POST /v1/messages/batches`. */
export function createBatch(exchange: Exchange, simulation: Simulation): void {
  const items = readItems(exchange.readJson());
  const createdAtMs = simulation.clock.wall();
  const batch: Batch = {
    id: simulation.ids.next('msgbatch'),
    key: exchange.apiKey,
    createdAtMs,
    dueAtMs: createdAtMs + simulation.settings.batchProcessingMs,
    items,
    state: { status: 'in_progress' },
  };
  simulation.batches.add(batch);
  exchange.json(batchView(batch, simulation.url));
}

/** `GET /v1/messages/batches`. */
export async function listBatches(exchange: Exchange, simulation: Simulation): Promise<void> {
  const batches = simulation.batches.of(exchange.apiKey.organization);
  await Promise.all(batches.map((batch) => updateBatch(batch, simulation)));
  const views = batches.map((batch) => batchView(batch, simulation.url));
  exchange.json(pageOf(views, new URLSearchParams(exchange.query)));
}

/** `GET /v1/messages/batches/:id`. */
export async function retrieveBatch(exchange: Exchange, simulation: Simulation): Promise<void> {
  exchange.json(batchView(await findBatch(exchange, simulation), simulation.url));
}

/** `POST /v1/messages/batches/:id/cancel`. An ended batch stays as it is. */
export async function cancelBatch(exchange: Exchange, simulation: Simulation): Promise<void> {
  const batch = await findBatch(exchange, simulation);
  if (batch.state.status === 'in_progress')
    batch.state = { status: 'canceling', cancelledAtMs: simulation.clock.wall() };
  exchange.json(batchView(batch, simulation.url));
}

/** `DELETE /v1/messages/batches/:id`. */
export async function deleteBatch(exchange: Exchange, simulation: Simulation): Promise<void> {
  const batch = await findBatch(exchange, simulation);
  check(
    batch.state.status === 'ended',
    `Message Batch ${batch.id} cannot be deleted before it has ended; cancel it first.`,
  );
  simulation.batches.remove(batch);
  exchange.json({ id: batch.id, type: 'message_batch_deleted' });
}

/** `GET /v1/messages/batches/:id/results`, one JSON line a request. */
export async function batchResults(exchange: Exchange, simulation: Simulation): Promise<void> {
  const { id, state } = await findBatch(exchange, simulation);
  check(state.status === 'ended', `Message Batch ${id} has no results before it has ended.`);
  const lines = state.results.map((result) => `${JSON.stringify(result)}\n`).join('');
  exchange.play(bodySteps(200, ['content-type', 'application/x-jsonl', ...exchange.ownHeaders()], lines));
}

async function findBatch(exchange: Exchange, simulation: Simulation): Promise<Batch> {
  const batch = simulation.batches.of(exchange.apiKey.organization).find(({ id }) => id === exchange.id);
  if (!batch) throw new ApiFailure(404, `Message Batch ${exchange.id} not found.`);
  await updateBatch(batch, simulation);
  return batch;
}

function readItems(body: unknown): readonly BatchItem[] {
  check(isObject(body), 'Input should be a valid dictionary');
  const { requests } = body;
  check(requests !== undefined, 'requests: Field required');
  check(Array.isArray(requests), 'requests: Input should be a valid list');
  check(requests.length > 0 && requests.length <= MAX_ITEMS, `requests: Input should have 1 to ${MAX_ITEMS} items`);
  const items = requests.map(readItem);
  const ids = new Set(items.map(({ customId }) => customId));
  check(ids.size === items.length, 'requests: custom_id must be unique within the batch');
  return items;
}

function readItem(request: unknown, index: number): BatchItem {
  check(isObject(request), `requests.${index}: Input should be a valid dictionary`);
  const { custom_id: customId, params } = request;
  check(
    typeof customId === 'string' && /^[a-zA-Z0-9_-]{1,64}$/.test(customId),
    `requests.${index}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`,
  );
  check(isObject(params), `requests.${index}.params: Field required`);
  return { customId, params };
}
