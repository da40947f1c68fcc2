import { setTimeout as delay } from 'node:timers/promises';
import { callContext } from 'nestjs-claude';
import { endpointOf, promptOf } from './faults.mjs';
import { LIMITED } from './module.mjs';

const MODEL = 'claude-haiku-5-5';

async function read(events, { atMost = Infinity, pauseMs = 0 } = {}) {
  let seen = 0;
  for await (const _ of events) {
    seen += 1;
    if (seen >= atMost) break;
    if (pauseMs > 0 && seen % 1_000 === 1) await delay(pauseMs);
  }
}

const json = ({ messages }, params, options) => messages.create(params, options);
const stream = async ({ messages }, params, options) =>
  read(await messages.create({ ...params, stream: true }, options));
const helper = ({ messages }, params, options) => messages.stream(params, options).finalMessage();

/** How callers take an answer to its end. */
const WAYS = [json, json, stream, stream, helper];

/** Those who leave before the headers. */
async function leaveEarly({ messages }, params, options, random) {
  const signal = AbortSignal.timeout(5 + Math.floor(random() * 40));
  await messages.create({ ...params, stream: random() < 0.5 }, { ...options, signal });
}

/** Those who leave in mid-stream and await nothing. */
async function leaveMidStream({ messages }, params, options) {
  const running = messages.stream(params, options).on('error', () => undefined);
  await new Promise((resolve) => running.once('text', resolve).once('end', resolve).once('error', resolve));
  running.abort();
}

const aborted = ({ messages }, params, options) => messages.create(params, { ...options, signal: AbortSignal.abort() });
const breakOff = async ({ messages }, params, options) =>
  read(await messages.create({ ...params, stream: true }, options), { atMost: 4 });
const readSlowly = async ({ messages }, params, options) =>
  read(await messages.create({ ...params, max_tokens: 64_000, stream: true }, options), { pauseMs: 50 });

/** Where a fault strikes, and how the call is made, where that is not its own endpoint and any way. */
const PLACES = {
  1: { endpoint: 'refused' },
  2: { endpoint: 'unknown' },
  3: { endpoint: 'blackHole' },
  4: { endpoint: 'distrusted' },
  5: { endpoint: 'stale' },
  17: { way: leaveEarly, mayVanish: true },
  18: { way: leaveMidStream },
  19: { way: aborted, mayVanish: true },
  20: { way: breakOff },
  21: { way: readSlowly },
  37: { endpoint: 'plain', instance: 'slow' },
};

/** Calls nothing happens to but what happens to the whole process: they must succeed. */
const PLAIN = { endpoint: 'plain', mustSucceed: true };
/** Calls that have to wait for real limits. */
const WAITING = { endpoint: 'limited', model: LIMITED.model };

/** In hundredths of all calls. */
const PLAIN_SHARE = 50;
const WAITING_SHARE = 8;
/** Of the rest, what is large or slow is drawn less often. */
const SELDOM = { 2: 0.1, 3: 0.1, 16: 0.02, 21: 0.2 };
/** Faults of the process, not of a call: the soak makes them itself. */
const OF_PROCESS = new Set([36, 38, 39, 40]);
const NUMBERS = Array.from({ length: 40 }, (_, index) => index + 1).filter((number) => !OF_PROCESS.has(number));

/** Draws the next call: `number` is the fault that strikes it, 0 for none. */
export function drawCall(random) {
  const drawn = random() * 100;
  const way = WAYS[Math.floor(random() * WAYS.length)];
  const user = random() < 0.1 ? 'poor' : `user-${Math.floor(random() * 50)}`;
  const number = faultNumber(random);
  if (drawn < PLAIN_SHARE) return callOf(0, { way, ...PLAIN }, user === 'poor' ? undefined : user);
  if (drawn < PLAIN_SHARE + WAITING_SHARE) return callOf(0, { way, ...WAITING }, user);
  return callOf(number, { endpoint: endpointOf(number), way, ...PLACES[number] }, user);
}

function faultNumber(random) {
  for (;;) {
    const number = NUMBERS[Math.floor(random() * NUMBERS.length)];
    if (random() < (SELDOM[number] ?? 1)) return number;
  }
}

function callOf(
  number,
  { endpoint, way, model = MODEL, instance = 'main', mustSucceed = false, mayVanish = false },
  user,
) {
  const params = { model, max_tokens: 256, messages: [{ role: 'user', content: promptOf(number) }] };
  const context = { endpoint, user, requestType: 'soak', tags: { fault: String(number) } };
  return { number, instance, mustSucceed, mayVanish, params, context, way };
}

/** A stream that takes some time. */
export function drawStream() {
  return callOf(18, { endpoint: endpointOf(18), way: stream });
}

/** Makes it, and resolves with what its caller was told, if that was an error. */
export async function makeCall({ claude }, { params, context, way }, { id, signal, random }) {
  const options = { ...callContext({ ...context, correlationId: id }), signal };
  try {
    await way(claude, params, options, random);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A batch from its creation to its last result. */
export async function runBatch({ claude }, id) {
  const { messages } = claude.with({ endpoint: 'plain', correlationId: id });
  const params = { model: MODEL, max_tokens: 64, messages: [{ role: 'user', content: promptOf(0) }] };
  const requests = Array.from({ length: 5 }, (_, index) => ({ custom_id: `request-${index}`, params }));
  const batch = await messages.batches.create({ requests });
  await messages.batches.retrieve(batch.id);
  await read(await messages.batches.results(batch.id));
}
