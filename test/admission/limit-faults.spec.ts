import { APIUserAbortError } from '@anthropic-ai/sdk';
import { isClaudeError, LimitExceededError, RequestExceedsLimitError, ShuttingDownError } from 'nestjs-claude';
import { ManualClock } from '../../libs/claude/src/testing/clock/manual-clock.js';
import { bootClaude, eventually, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { WatchedClock } from '../support/watched-clock.js';

const HOUR_MS = 3_600_000;
const STREAM = { ...PARAMS, stream: true } as const;
/** One request in a second, one at once. */
const SLOW = { requestsPerMinute: 60, burst: { requests: 1 }, tokensPerMinute: 1_000_000, safety: 1 };

let harness: ClaudeHarness;
let still: ManualClock;

async function boot(rateLimit: object = SLOW, claude: object = {}): Promise<ClaudeHarness> {
  still = new ManualClock();
  harness = await bootClaude({ rateLimit, ...claude }, {}, { clock: new WatchedClock(still), random: () => 0 });
  return harness;
}

// Whatever happened, nothing is held in the end.
afterEach(async () => {
  const { limits, concurrency } = await harness.limiter.snapshot();
  for (const { concurrent, requests, inputTokens, outputTokens, tokens, queued: left } of limits) {
    const held = [concurrent, requests, inputTokens, outputTokens, tokens].map((each) => each?.outstanding ?? 0);
    expect([...held, left]).toEqual([0, 0, 0, 0, 0, 0]);
  }
  expect(concurrency.map(({ inFlight }) => inFlight)).toEqual(concurrency.map(() => 0));
});

function queued(count: number): Promise<void> {
  return eventually(() => harness.clock.held > 0 && queuedNow() === count, `${count} were waiting`);
}

let lastQueued = 0;
function queuedNow(): number {
  void countQueued();
  return lastQueued;
}

async function countQueued(): Promise<void> {
  const { limits } = await harness.limiter.snapshot();
  lastQueued = limits.reduce((sum, each) => sum + each.queued, 0);
}

it('fault 17: a caller who leaves while it waits is let go at once, and the next in line moves up', async () => {
  await boot();
  await harness.claude.messages.create(PARAMS);
  const controller = new AbortController();
  const leaving = harness.claude.messages.create(PARAMS, { signal: controller.signal });
  const staying = harness.claude.messages.create(PARAMS);
  await queued(2);
  controller.abort();
  expect(await rejection(leaving)).toBeInstanceOf(APIUserAbortError);
  expect(harness.record().outcome).toEqual({ kind: 'abandoned', at: 'before-answer' });
  still.advance(1_000);
  await staying;
  expect(harness.sim.requests).toHaveLength(2);
});

it('fault 17, 18, 20: what was claimed is settled when the caller leaves before an answer or in it', async () => {
  await boot({ ...SLOW, requestsPerMinute: 6_000, burst: { requests: 100 } });
  harness.sim.onMessage().failWith({ kind: 'slowStream', perEventMs: 5 }).once();
  for await (const _ of await harness.claude.messages.create(STREAM)) break;
  harness.sim.onMessage().after(10_000).once();
  const controller = new AbortController();
  const call = harness.claude.messages.create(PARAMS, { signal: controller.signal });
  await eventually(() => harness.sim.requests.length === 2, 'the second was sent');
  controller.abort();
  await rejection(call);
  await eventually(() => harness.claude.activeCalls === 0, 'both were over');
});

it('fault 19: a signal that was aborted before claims nothing', async () => {
  await boot();
  await rejection(harness.claude.messages.create(PARAMS, { signal: AbortSignal.abort() }));
  expect((await harness.limiter.snapshot()).limits).toEqual([]);
});

it('fault 22: a wait that one was asked to keep is kept by everybody, in the order they came', async () => {
  await boot({ ...SLOW, burst: { requests: 60 } });
  harness.sim
    .onMessage()
    .failWith({ kind: 'status', status: 429, headers: { 'retry-after': '2' } })
    .once();
  const order: string[] = [];
  const ask = (name: string): Promise<unknown> =>
    harness.claude.messages.create(PARAMS).then(
      () => order.push(name),
      () => order.push(`${name} failed`),
    );
  const told = ask('told');
  await queued(1);
  const others = [ask('second'), ask('third')];
  await queued(3);
  expect(harness.sim.requests).toHaveLength(1);
  still.advance(1_999);
  expect(harness.sim.requests).toHaveLength(1);
  still.advance(201);
  await Promise.all([told, ...others]);
  expect(order.toSorted()).toEqual(['second', 'third', 'told']);
  const attempts = harness.records.map((record) => record.attempts);
  const twice = attempts.find((each) => each.length === 2);
  expect(twice?.[0]).toMatchObject({ status: 429, retryAfterMs: 2_000 });
  expect(twice?.[1]?.queuedMs).toBeGreaterThanOrEqual(2_000);
  expect(harness.sim.requests).toHaveLength(4);
});

it('fault 23: after 429 with retry-after 1 hour everybody is refused at once, with the hint', async () => {
  await boot();
  harness.sim
    .onMessage()
    .failWith({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } })
    .once();
  await rejection(harness.claude.messages.create(PARAMS));
  const refusal = await rejection(harness.claude.messages.create(PARAMS));
  expect(refusal).toBeInstanceOf(LimitExceededError);
  expect(refusal).toMatchObject({ reason: 'retry-after', retryAfterMs: HOUR_MS });
  expect([harness.sim.requests.length, harness.clock.held]).toEqual([1, 0]);
  expect(harness.record().outcome).toEqual({ kind: 'refused', code: 'limit_exceeded' });
  await harness.limiter.resume();
  still.advance(1_000);
  await harness.claude.messages.create(PARAMS);
});

it('fault 38: a wall clock that jumps an hour neither opens nor shuts a limit', async () => {
  await boot();
  await harness.claude.messages.create(PARAMS);
  const waiting = harness.claude.messages.create(PARAMS);
  await queued(1);
  for (const byMs of [HOUR_MS, -HOUR_MS]) harness.clock.setWall(byMs);
  still.advance(999);
  expect(harness.sim.requests).toHaveLength(1);
  still.advance(1);
  await waiting;
});

it('fault 39: a shutdown turns away those who wait and lets streams that run come to their end', async () => {
  await boot({ ...SLOW, requestsPerMinute: 1_200, burst: { requests: 20 } });
  harness.sim.onMessage().reply('one two three').failWith({ kind: 'slowStream', perEventMs: 20 });
  const read = async (): Promise<string> => {
    let last = '';
    for await (const event of await harness.claude.messages.create(STREAM)) last = event.type;
    return last;
  };
  const streams = Array.from({ length: 20 }, read);
  await eventually(() => harness.sim.requests.length === 20, 'all streams had begun');
  const waiting = Array.from({ length: 50 }, () => rejection(harness.claude.messages.create(PARAMS)));
  await queued(50);
  const closing = harness.close();
  const errors = await Promise.all(waiting);
  expect(errors.every((error) => error instanceof ShuttingDownError)).toBe(true);
  expect(new Set(await Promise.all(streams))).toEqual(new Set(['message_stop']));
  await closing;
});

it('a request that no wait would help is refused before it waits', async () => {
  await boot({ ...SLOW, tokensPerMinute: 100 });
  const refusal = await rejection(harness.claude.messages.create({ ...PARAMS, max_tokens: 1_000 }));
  expect(refusal).toBeInstanceOf(RequestExceedsLimitError);
  expect(harness.sim.requests).toHaveLength(0);
});

it('shadow mode counts whoever would have had to wait, and lets everybody through', async () => {
  await boot({ ...SLOW, mode: 'shadow' });
  await Promise.all([1, 2, 3].map(() => harness.claude.messages.create(PARAMS)));
  const { limits } = await harness.limiter.snapshot();
  expect(limits[0]).toMatchObject({ delayed: 2, refused: 0 });
  expect(limits[0]?.requests.level).toBeLessThan(0);
});

it('lets work of its own claim, settle and be refused like a call', async () => {
  await boot({ ...SLOW, tokensPerMinute: 600, queue: { maxLength: 0 } });
  const request = { model: PARAMS.model, inputTokens: 500, outputTokens: 50 };
  const lease = await harness.limiter.acquire(request);
  expect(await harness.limiter.tryAcquire(request)).toBeNull();
  const refusal = await harness.limiter.refusal(request);
  expect(isClaudeError(refusal, 'limit_exceeded')).toBe(true);
  await expect(lease.settle({ inputTokens: NaN })).rejects.toThrow('`inputTokens` of settle() must be a number');
  await harness.limiter.settle(lease, { inputTokens: 10 });
  await lease.settle({ inputTokens: 400 });
  expect((await harness.limiter.snapshot()).limits[0]?.tokens).toMatchObject({ level: 540, outstanding: 0 });
  await expect(harness.limiter.acquire({ ...request, outputTokens: -1 })).rejects.toThrow(
    '`outputTokens` of acquire()',
  );
});

it('takes limits that are set at run time, for those who wait too, and refuses bad ones', async () => {
  await boot();
  await harness.claude.messages.create(PARAMS);
  const waiting = harness.claude.messages.create(PARAMS);
  await queued(1);
  expect(() => harness.limiter.setLimits({ requestsPerMinute: 0 }, { model: PARAMS.model })).toThrow(
    '`limits.requestsPerMinute`',
  );
  harness.limiter.setLimits({ requestsPerMinute: 6_000 }, { model: PARAMS.model });
  still.advance(20);
  await waiting;
});

it('pauses by hand until it is resumed', async () => {
  await boot();
  await harness.limiter.pause({ model: PARAMS.model });
  const waiting = harness.claude.messages.create(PARAMS);
  await queued(1);
  expect((await harness.limiter.snapshot()).limits[0]?.closed).toEqual({ by: 'pause', forMs: Infinity });
  await harness.limiter.resume({ model: PARAMS.model });
  await waiting;
});
