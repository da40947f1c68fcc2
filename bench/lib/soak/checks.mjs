import { getEventListeners } from 'node:events';

/** Waits until something holds; says whether it came to be. */
export async function until(holds, timeoutMs) {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

/** What is held though every call is over: nothing, if all is well. One line for each thing. */
export async function heldBy({ limiter, circuits, budgets, runtime }, name) {
  const held = [];
  const { limits, concurrency } = await limiter.snapshot();
  for (const limit of limits) {
    const { concurrent, requests, inputTokens, outputTokens, tokens, queued, limitDomain, modelClass } = limit;
    const sums = { concurrent, requests, inputTokens, outputTokens, tokens };
    const where = `${name}: ${limitDomain} ${modelClass}`;
    for (const [what, sum] of Object.entries(sums)) {
      if ((sum?.outstanding ?? 0) !== 0) held.push(`${where} has ${sum.outstanding} ${what} outstanding`);
    }
    if (queued > 0) held.push(`${where} has ${queued} calls in line`);
  }
  for (const { inFlight, endpoint } of concurrency) {
    if (inFlight > 0) held.push(`${name}: ${inFlight} attempts are under way at ${endpoint}`);
  }
  for (const { permitsOut } of circuits.snapshot())
    if (permitsOut > 0) held.push(`${name}: a permit of a circuit is out`);
  for (const { name: budget, reservedUsd } of await budgets.list()) {
    if (reservedUsd !== 0) held.push(`${name}: budget ${budget} has ${reservedUsd} USD reserved`);
  }
  const { activeRequests } = runtime.transport.stats;
  if (activeRequests > 0) held.push(`${name}: ${activeRequests} requests are under way`);
  return held;
}

/** What was spent of a budget is what was booked, to the nano-dollar. */
export async function spendingIsBooked({ budgets }, { nanoUsd }, name) {
  const { spentUsd } = await budgets.get('all');
  const spent = Math.round(spentUsd * 1e9);
  return spent === nanoUsd ? [] : [`${name}: ${spent} nano-dollars were spent, and ${nanoUsd} booked`];
}

/** Each entry is in the ledger, once and as it was. */
export function ledgerIsWhole(ledger, { entries }) {
  const booked = ledger.take();
  const wrong = [...entries].filter(([id, costNanoUsd]) => booked.get(id) !== costNanoUsd).length;
  const extra = [...booked.keys()].filter((id) => !entries.has(id)).length;
  entries.clear();
  return wrong + extra === 0 ? [] : [`the ledger lacks ${wrong} entries and has ${extra} that were never made`];
}

export function listenersLeft(signal) {
  const left = getEventListeners(signal, 'abort').length;
  return left === 0 ? [] : [`${left} listeners are left on the callers' signal`];
}

/** How much of a growth is none: what the garbage collector, the JIT and a few maps do by themselves. */
const HEAP_SLACK = { share: 1.05, bytes: 2 * 1024 * 1024 };
const RSS_SLACK = { share: 1.3, bytes: 64 * 1024 * 1024 };

/** Memory against the first look that counted. */
export class MemoryWatch {
  #first = null;

  /** @param counts Whether the process is warm: its first minute fills caches, windows and pools. */
  look(counts) {
    globalThis.gc();
    globalThis.gc();
    const { heapUsed, rss } = process.memoryUsage();
    if (counts) this.#first ??= { heapUsed, rss };
    return { heapUsed, rss, broken: this.#first === null ? [] : this.#grown(heapUsed, rss) };
  }

  #grown(heapUsed, rss) {
    const grown = [];
    if (heapUsed > most(HEAP_SLACK, this.#first.heapUsed))
      grown.push(`the heap grew from ${megabytes(this.#first.heapUsed)} to ${megabytes(heapUsed)}`);
    if (rss > most(RSS_SLACK, this.#first.rss))
      grown.push(`the process grew from ${megabytes(this.#first.rss)} to ${megabytes(rss)}`);
    return grown;
  }
}

function most({ share, bytes }, first) {
  return first * share + bytes;
}

function megabytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
