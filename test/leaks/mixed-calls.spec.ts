import { getEventListeners, setMaxListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Registry } from 'prom-client';
import { AnthropicSimulator, type RandomFault } from 'nestjs-claude/testing';
import { callContext } from '../../libs/claude/src/call/context.js';
import { createRuntime, type ClaudeRuntime } from '../../libs/claude/src/claude.runtime.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import type { CallRecord } from '../../libs/claude/src/call/record.js';
import { measure } from '../../libs/claude/src/metrics/attachments.js';
import { metricsSettings } from '../../libs/claude/src/metrics/metrics-settings.js';
import { RegisteredMetrics } from '../../libs/claude/src/metrics/registered-metrics.js';
import { scrape } from '../observability/support.js';
import { eventually, FAST_RETRY, PARAMS } from '../support/claude-harness.js';
import { WatchedClock } from '../support/watched-clock.js';

const CALLS = 10_000;
const CONCURRENT = 64;

const FAULTS: RandomFault[] = [
  { fault: { kind: 'status', status: 529 }, probability: 0.05 },
  { fault: { kind: 'status', status: 400 }, probability: 0.03 },
  { fault: { kind: 'resetBeforeHeaders' }, probability: 0.03 },
  { fault: { kind: 'resetMidStream', afterDeltas: 2 }, probability: 0.05 },
  { fault: { kind: 'truncateStream', afterDeltas: 2 }, probability: 0.03 },
  { fault: { kind: 'truncateBody', afterDeltas: 1 }, probability: 0.02 },
  { fault: { kind: 'errorEvent', afterDeltas: 0 }, probability: 0.03 },
  { fault: { kind: 'errorEvent', afterDeltas: 2 }, probability: 0.03 },
  { fault: { kind: 'malformedEvent', afterDeltas: 1 }, probability: 0.02 },
  { fault: { kind: 'malformedJson' }, probability: 0.01 },
  { fault: { kind: 'emptyBody' }, probability: 0.01 },
  { fault: { kind: 'corruptGzip' }, probability: 0.01 },
  { fault: { kind: 'hang' }, probability: 0.01 },
  { fault: { kind: 'stallMidStream', afterDeltas: 1 }, probability: 0.01 },
];

/** A small generator (mulberry32), so that a run can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Way = (runtime: ClaudeRuntime, signal: AbortSignal, random: () => number) => Promise<unknown>;

/** How callers use and leave a call. Every one but the last reads or leaves what it got. */
const WAYS: readonly Way[] = [
  ({ client }, signal) => client.messages.create(PARAMS, { signal }),
  ({ client }, signal) => client.messages.stream(PARAMS, { signal }).finalMessage(),
  async ({ client }, signal) => {
    for await (const _ of await client.messages.create({ ...PARAMS, stream: true }, { signal }));
  },
  async ({ client }, signal, random) => {
    let left = Math.floor(random() * 6);
    for await (const _ of await client.messages.create({ ...PARAMS, stream: true }, { signal })) if (left-- <= 0) break;
  },
  ({ client }, _, random) => client.messages.create(PARAMS, { signal: AbortSignal.timeout(Math.ceil(random() * 8)) }),
  ({ client }, _, random) =>
    client.messages.stream(PARAMS, { signal: AbortSignal.timeout(Math.ceil(random() * 8)) }).done(),
  async ({ client }, _, random) => {
    // Only an abort is nobody's business; an error of a stream that nobody awaits the SDK raises on purpose.
    const stream = client.messages.stream(PARAMS).on('error', () => undefined);
    await new Promise((resolve) => setTimeout(resolve, random() * 4));
    stream.abort();
  },
  async ({ client }, signal, random) => {
    const context = callContext({ deadlineMs: 1 + Math.ceil(random() * 12) });
    for await (const _ of await client.messages.create({ ...PARAMS, stream: true }, { ...context, signal }));
  },
  ({ client }) => client.messages.create({ ...PARAMS, stream: true }),
];

it(`leaves nothing behind after ${CALLS} mixed calls with random faults, aborts and broken streams`, async () => {
  const sim = await AnthropicSimulator.start({ faults: FAULTS, record: 'usage', seed: 7 });
  const clock = new WatchedClock();
  const settings = resolveSettings({
    apiKey: 'test',
    baseURL: sim.url,
    retry: { ...FAST_RETRY, maxAttempts: 2, budget: false },
    // Opens often, and comes back at once: probes are part of the mix.
    circuit: { baseOpenMs: 1, maxOpenMs: 1 },
    timeouts: { attemptMs: 2_000, firstEventMs: 500, idleMs: 500, contentIdleMs: 500 },
  });
  const runtime = createRuntime(settings, 'default', { clock });
  const records: CallRecord[] = [];
  runtime.records.subscribe((record) => records.push(record));
  const registry = new Registry();
  const stopMeasuring = measure(runtime, new RegisteredMetrics(metricsSettings({ registry })));
  const { signal } = new AbortController();
  setMaxListeners(CONCURRENT * 4, signal);
  const random = seeded(42);

  let left = CALLS;
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      const way = WAYS[Math.floor(random() * WAYS.length)] as Way;
      await way(runtime, signal, random).catch(() => null);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, caller));

  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  await eventually(
    () => {
      collectGarbage();
      return runtime.liveCalls.size === 0;
    },
    'every call was settled',
    10_000,
  );
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  expect(records.length).toBeGreaterThan(CALLS * 0.95);
  const kinds = new Set(records.map(({ outcome }) => outcome.kind));
  expect(kinds).toEqual(new Set(['succeeded', 'failed', 'abandoned', 'refused']));
  const scraped = await scrape(registry);
  stopMeasuring();
  expect(scraped.series.get('anthropic_active_requests')).toBe(0);
  expect(scraped.sum('anthropic_requests_total')).toBe(records.length);
  expect(scraped.sum('anthropic_attempts_total')).toBe(records.flatMap(({ attempts }) => attempts).length);
  expect(scraped.sum('anthropic_observer_failures_total')).toBe(0);
  expect(runtime.circuits.snapshot().filter(({ permitsOut }) => permitsOut > 0)).toEqual([]);
  expect(clock.held).toBe(0);
  await eventually(() => getEventListeners(signal, 'abort').length === 0, 'no listener was left on the shared signal');
  expect(runtime.transport.stats.activeRequests).toBe(0);
  await sim.whenIdle({ allowKeepAlive: true });

  await runtime.transport.close();
  expect(runtime.transport.stats.openSockets).toBe(0);
  await sim.whenIdle({ timeoutMs: 2_000 });
  await sim.close();
}, 120_000);
