import { getEventListeners } from 'node:events';
import type { RateLimitLease, RateLimitOptions } from 'nestjs-claude';
import { createRandom } from '../../libs/claude/src/testing/seed.js';
import { rejection } from '../support/claude-harness.js';
import {
  askJson,
  bootLimits,
  expectNothingHeld,
  HAIKU,
  limitsOf,
  untilQueued,
  type LimitHarness,
} from '../support/limit-harness.js';

/** One request at once, and one more every second. */
const SLOW = { requestsPerMinute: 60, burst: { requests: 1 }, tokensPerMinute: 1_000_000 };
const GONE = new Error('gone');
const WORK = { model: HAIKU, inputTokens: 500, outputTokens: 100 };

let harness: LimitHarness;
afterEach(() => expectNothingHeld(harness));

async function boot(rateLimit: RateLimitOptions = SLOW): Promise<void> {
  harness = await bootLimits(rateLimit);
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work of your own', () => {
  it('passes nobody who waits, and lets the next through as soon as it is settled', async () => {
    await boot({ requestsPerMinute: 6_000, tokensPerMinute: 600, queue: { maxWaitMs: 600_000 } });
    const { limiter, claude } = harness;
    const lease = await limiter.acquire(WORK);
    const waiting = limiter.acquire(WORK);
    await untilQueued(harness, 1);
    expect(await limiter.tryAcquire({ model: HAIKU, inputTokens: 0 })).toBeNull();
    await lease.release();
    const next = await waiting;
    expect((await limitsOf(harness)).tokens).toMatchObject({ level: 0, outstanding: 600 });
    await next.settle({ inputTokens: 0, outputTokens: 0 });
    await askJson(claude);
  });

  it('is let go when its signal is aborted: before, and while it waits', async () => {
    await boot();
    const { limiter } = harness;
    expect(await rejection(limiter.acquire({ ...WORK, signal: AbortSignal.abort(GONE) }))).toBe(GONE);
    const lease = await limiter.acquire(WORK);
    await lease.settle();
    const controller = new AbortController();
    const { signal } = controller;
    const leaving = rejection(limiter.acquire({ ...WORK, signal }));
    await untilQueued(harness, 1);
    controller.abort(GONE);
    expect(await leaving).toBe(GONE);
    expect([(await limitsOf(harness)).queued, getEventListeners(signal, 'abort')]).toEqual([0, []]);
  });

  it('counts as used in full when nobody has settled it in time', async () => {
    await boot({ requestsPerMinute: 6_000, tokensPerMinute: 6_000, maxConcurrent: 1 });
    const { limiter, still } = harness;
    const lease = await limiter.acquire({ ...WORK, leaseMs: 2_000 });
    still.advance(1_999);
    expect(await limitsOf(harness)).toMatchObject({ tokens: { outstanding: 600 }, concurrent: { outstanding: 1 } });
    still.advance(1);
    expect(await limitsOf(harness)).toMatchObject({
      tokens: { outstanding: 0, level: 5_400 },
      concurrent: { outstanding: 0 },
    });
    await lease.settle({ inputTokens: 0, outputTokens: 0 });
    expect((await limitsOf(harness)).tokens).toMatchObject({ level: 6_000 });
  });
});

/** Who waits when, with the means to leave. */
interface Caller {
  readonly number: number;
  readonly controller: AbortController;
  fate: 'waiting' | 'served' | 'gone' | 'refused';
}

it('10,000 callers wait and leave at random: the rest are served in order, and nothing stays', async () => {
  const waiting = 10_000;
  const burst = 200;
  await boot({
    requestsPerMinute: 600_000,
    burst: { requests: burst },
    tokensPerMinute: 1e9,
    queue: { maxLength: waiting, maxWaitMs: 60_000 },
  });
  const { limiter, still, clock } = harness;
  const random = createRandom(4);
  await (await limiter.acquire({ model: HAIKU, requests: burst })).settle();
  const order: number[] = [];
  const callers = Array.from({ length: waiting }, (_, number): Caller => {
    const caller: Caller = { number, controller: new AbortController(), fate: 'waiting' };
    const served = (lease: RateLimitLease): Promise<void> => {
      caller.fate = 'served';
      order.push(number);
      return lease.settle();
    };
    const failed = (error: unknown): void => {
      caller.fate = error === GONE ? 'gone' : 'refused';
    };
    void limiter.acquire({ model: HAIKU, signal: caller.controller.signal }).then(served, failed);
    return caller;
  });
  await tick();
  expect((await limitsOf(harness)).queued).toBe(waiting);

  const left = new Set<number>();
  while (callers.some(({ fate }) => fate === 'waiting')) {
    for (const caller of callers) {
      if (caller.fate !== 'waiting' || random() > 0.01) continue;
      left.add(caller.number);
      caller.controller.abort(GONE);
    }
    // As many as are let through at once can be settled before the next.
    still.advance(burst / 10);
    await tick();
  }

  expect(callers.filter(({ fate }) => fate === 'refused')).toHaveLength(0);
  expect(order).toEqual(callers.filter(({ fate }) => fate === 'served').map(({ number }) => number));
  expect(order.length + callers.filter(({ fate }) => fate === 'gone').length).toBe(waiting);
  expect(left.size).toBeGreaterThan(1_000);
  expect(callers.flatMap(({ controller }) => getEventListeners(controller.signal, 'abort'))).toEqual([]);
  expect(await limitsOf(harness)).toMatchObject({
    queued: 0,
    requests: { outstanding: 0 },
    tokens: { outstanding: 0 },
  });
  expect(clock.held).toBe(0);
}, 30_000);
