import { APIUserAbortError } from '@anthropic-ai/sdk';
import type { RateLimitOptions } from 'nestjs-claude';
import { eventually, PARAMS, rejection } from '../support/claude-harness.js';
import { bootLimits, limitsOf, untilQueued, untilSent, type LimitHarness } from '../support/limit-harness.js';
import { expectNothingHeld, fault } from './support.js';

const HOUR_MS = 3_600_000;
const STREAM = { ...PARAMS, stream: true } as const;
const TOKENS = 1_000_000;
/** One request in a second, one at once. */
const SLOW = { requestsPerMinute: 60, burst: { requests: 1 }, tokensPerMinute: TOKENS };
/** A hundred at once. */
const FAST = { requestsPerMinute: 6_000, burst: { requests: 100 }, tokensPerMinute: TOKENS };

let harness: LimitHarness;
afterEach(() => expectNothingHeld(harness));

async function boot(rateLimit: RateLimitOptions = SLOW): Promise<void> {
  harness = await bootLimits(rateLimit);
}

const create = (): Promise<unknown> => harness.claude.messages.create(PARAMS);

/** As much as the record says was used is missing of the limits, and nothing else. */
async function expectUsed(requests: number): Promise<void> {
  await eventually(() => harness.claude.activeCalls === 0, 'every call was over');
  const { inputTokens = 0, outputTokens = 0 } = harness.record().usage ?? {};
  expect(inputTokens + outputTokens).toBeGreaterThan(0);
  expect(await limitsOf(harness)).toMatchObject({
    requests: { level: 100 - requests, outstanding: 0 },
    tokens: { level: TOKENS - inputTokens - outputTokens, outstanding: 0 },
  });
}

fault(17, 'a caller who leaves while it waits is let go at once, and the next in line moves up', async () => {
  await boot();
  await create();
  const controller = new AbortController();
  const leaving = harness.claude.messages.create(PARAMS, { signal: controller.signal });
  await untilQueued(harness, 1);
  const staying = create();
  await untilQueued(harness, 2);
  controller.abort();
  expect(await rejection(leaving)).toBeInstanceOf(APIUserAbortError);
  expect(harness.record()).toMatchObject({ outcome: { kind: 'abandoned', at: 'before-answer' }, attempts: [] });
  harness.still.advance(1_000);
  await staying;
  expect(harness.record()).toMatchObject({ attempts: [{ queuedMs: 1_000 }] });
  expect(harness.sim.requests).toHaveLength(2);
});

fault(17, 'what was claimed for a request that was sent is settled at what it is thought to have cost', async () => {
  await boot(FAST);
  harness.sim.onMessage().failWith({ kind: 'hang' });
  const controller = new AbortController();
  const call = rejection(harness.claude.messages.create(PARAMS, { signal: controller.signal }));
  await untilSent(harness, 1);
  expect((await limitsOf(harness)).tokens?.outstanding).toBeGreaterThan(0);
  controller.abort();
  expect(await call).toBeInstanceOf(APIUserAbortError);
  expect(harness.record().usage).toMatchObject({ quality: 'estimated' });
  const { requests, tokens } = await limitsOf(harness);
  expect([requests.level, tokens?.outstanding]).toEqual([99, 0]);
  expect(tokens?.level).toBeLessThan(TOKENS);
});

fault(18, 'an abort in mid-stream that nobody awaits settles what came until then', async () => {
  await boot(FAST);
  harness.sim.onMessage().failWith({ kind: 'stallMidStream', afterDeltas: 2 });
  const stream = harness.claude.messages.stream(PARAMS);
  await new Promise<void>((resolve) => void stream.once('text', () => resolve()));
  stream.abort();
  await expectUsed(1);
  expect(harness.record()).toMatchObject({ outcome: { kind: 'abandoned' }, usage: { quality: 'partial' } });
});

fault(19, 'a signal that was aborted before claims nothing', async () => {
  await boot();
  await rejection(harness.claude.messages.create(PARAMS, { signal: AbortSignal.abort() }));
  expect((await harness.limiter.snapshot()).limits).toEqual([]);
});

fault(20, 'a consumer that stops iterating settles what came until then', async () => {
  await boot(FAST);
  harness.sim.onMessage().failWith({ kind: 'stallMidStream', afterDeltas: 2 });
  for await (const { type } of await harness.claude.messages.create(STREAM)) if (type === 'content_block_delta') break;
  await expectUsed(1);
  expect(harness.record()).toMatchObject({ outcome: { kind: 'abandoned' }, usage: { quality: 'partial' } });
});

fault(21, 'a consumer slower than the upstream keeps its place and its tokens for as long as it reads', async () => {
  await boot({ ...FAST, maxConcurrent: 1, queue: { maxWaitMs: HOUR_MS } });
  harness.sim.onMessage().reply('many words '.repeat(20_000)).once();
  let waiting: Promise<unknown> | null = null;
  for await (const { type } of await harness.claude.messages.create({ ...STREAM, max_tokens: 128_000 })) {
    if (type !== 'content_block_delta' || waiting !== null) continue;
    waiting = create();
    await untilQueued(harness, 1);
    // Longer than what a process that has died leaves behind is held.
    harness.still.advance(300_000);
    const { queued, concurrent, tokens } = await limitsOf(harness);
    expect([queued, concurrent?.outstanding]).toEqual([1, 1]);
    expect(tokens?.outstanding).toBeGreaterThan(0);
  }
  await waiting;
  expect(harness.records).toMatchObject([
    { usage: { quality: 'complete' } },
    { usage: { quality: 'complete' }, attempts: [{ queuedMs: 300_000 }] },
  ]);
});

fault(38, 'what is held is held exactly as long when the wall clock jumps', async () => {
  await boot(FAST);
  const lease = await harness.limiter.acquire({ model: PARAMS.model, inputTokens: 10, leaseMs: 1_000 });
  for (const byMs of [HOUR_MS, -2 * HOUR_MS]) harness.clock.setWall(byMs);
  harness.still.advance(999);
  expect((await limitsOf(harness)).tokens?.outstanding).toBe(10);
  harness.still.advance(1);
  expect((await limitsOf(harness)).tokens?.outstanding).toBe(0);
  await lease.release();
});

fault(38, 'a wall clock that jumps an hour neither opens nor shuts a limit', async () => {
  await boot();
  await create();
  const waiting = create();
  await untilQueued(harness, 1);
  for (const byMs of [HOUR_MS, -2 * HOUR_MS, HOUR_MS]) {
    harness.clock.setWall(byMs);
    harness.still.advance(333);
  }
  expect((await limitsOf(harness)).requests.level).toBeCloseTo(0.999, 6);
  harness.still.advance(1);
  await waiting;
  expect(harness.record()).toMatchObject({ attempts: [{ queuedMs: 1_000 }] });
});
