import { callContext } from 'nestjs-claude';
import { AnthropicSimulator, type Fault } from 'nestjs-claude/testing';
import { createRuntime, type ClaudeRuntime } from '../../libs/claude/src/claude.runtime.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import { eventually, FAST_RETRY, PARAMS, rejection } from '../support/claude-harness.js';
import { settledHeap, type Heap } from '../support/heap.js';
import { whenAllSettled } from '../support/mixed-calls.js';
import { fault } from './support.js';

/** Fills what is kept of a bounded number of calls, and lets everything be compiled. */
const BEFORE = 300;
const REPEATS = 1_000;
/** Each connection is made of a hundred objects or so: few of them. */
const AT_ONCE = 2;
/** Far less than one a repeat, which would be a leak; more than what a connection comes and goes with. */
const FEW_OBJECTS = 300;
const BYTES_SHARE = 1.05;

let sim: AnthropicSimulator;
let runtime: ClaudeRuntime;
let made = 0;

afterEach(async () => {
  runtime.admission.close();
  await runtime.transport.close();
  await sim.close();
});

/** An instance with everything on that keeps account of calls, against a simulator that keeps nothing. */
async function boot(broken: Fault): Promise<void> {
  sim = await AnthropicSimulator.start({ record: 'none' });
  sim.onMessage().reply('one two three four five six seven eight nine ten').failWith(broken);
  const settings = resolveSettings({
    apiKey: 'test',
    baseURL: sim.url,
    retry: FAST_RETRY,
    rateLimit: { requestsPerMinute: 1e6, tokensPerMinute: 1e9, maxConcurrent: 50 },
    // What a broken stream counts for is not to end the calls.
    circuit: { consecutiveFailures: 1_000_000, failureRateThreshold: 1, minimumNumberOfCalls: 1_000_000 },
    cost: {
      budgets: [{ name: 'user', limitUsd: 1e6, window: 'month', scope: { user: '*' } }],
      ledger: { recentEntries: 50 },
    },
  });
  runtime = createRuntime(settings);
}

async function repeat(times: number, strike: () => Promise<unknown>): Promise<Heap> {
  const endsAt = made + times;
  const caller = async (): Promise<void> => {
    while (made < endsAt) {
      made += 1;
      await strike();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  await whenAllSettled(runtime);
  await sim.whenIdle({ allowKeepAlive: true });
  return settledHeap();
}

/** Whoever strikes a thousand times leaves no more behind than whoever has struck some hundred times. */
async function expectFlat(broken: Fault, strike: () => Promise<unknown>): Promise<void> {
  await boot(broken);
  const before = await repeat(BEFORE, strike);
  const after = await repeat(REPEATS, strike);
  expect(after.objects - before.objects).toBeLessThan(FEW_OBJECTS);
  expect(after.bytes / before.bytes).toBeLessThan(BYTES_SHARE);
}

const OPTIONS = callContext({ user: 'somebody' });

fault(
  7,
  'a thousand resets in mid-stream leave the heap as it was',
  () =>
    expectFlat({ kind: 'resetMidStream', afterDeltas: 3 }, async () => {
      const stream = await runtime.client.messages.create({ ...PARAMS, stream: true }, OPTIONS);
      await rejection(
        (async () => {
          for await (const _ of stream);
        })(),
      );
    }),
  300_000,
);

fault(
  17,
  'a thousand aborts before headers leave the heap as it was',
  () =>
    expectFlat({ kind: 'hang' }, async () => {
      const controller = new AbortController();
      const call = rejection(runtime.client.messages.create(PARAMS, { ...OPTIONS, signal: controller.signal }));
      await eventually(() => sim.activeRequests > 0, 'the request arrived');
      controller.abort();
      await call;
    }),
  300_000,
);

fault(
  18,
  'a thousand aborts in mid-stream that nobody awaits leave the heap as it was',
  () =>
    expectFlat({ kind: 'stallMidStream', afterDeltas: 2 }, async () => {
      const stream = runtime.client.messages.stream(PARAMS, OPTIONS);
      await new Promise<void>((resolve) => void stream.once('text', () => resolve()));
      stream.abort();
    }),
  300_000,
);
