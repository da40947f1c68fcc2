import { isClaudeError, RequestExceedsLimitError } from 'nestjs-claude';
import { PARAMS, rejection } from '../support/claude-harness.js';
import { bootLimits, expectNothingHeld, untilQueued, type LimitHarness } from '../support/limit-harness.js';

/** One request in a second, one at once. */
const SLOW = { requestsPerMinute: 60, burst: { requests: 1 }, tokensPerMinute: 1_000_000 };

let harness: LimitHarness;
afterEach(() => expectNothingHeld(harness));

it('a request that no wait would help is refused before it waits', async () => {
  harness = await bootLimits({ ...SLOW, tokensPerMinute: 100 });
  const refusal = await rejection(harness.claude.messages.create({ ...PARAMS, max_tokens: 1_000 }));
  expect(refusal).toBeInstanceOf(RequestExceedsLimitError);
  expect(harness.sim.requests).toHaveLength(0);
});

it('shadow mode counts whoever would have had to wait, and lets everybody through', async () => {
  harness = await bootLimits({ ...SLOW, mode: 'shadow' });
  await Promise.all([1, 2, 3].map(() => harness.claude.messages.create(PARAMS)));
  const { limits } = await harness.limiter.snapshot();
  expect(limits[0]).toMatchObject({ delayed: 2, refused: 0 });
  expect(limits[0]?.requests.level).toBeLessThan(0);
});

it('lets work of its own claim, settle and be refused like a call', async () => {
  harness = await bootLimits({ ...SLOW, tokensPerMinute: 600, queue: { maxLength: 0 } });
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
  harness = await bootLimits(SLOW);
  await harness.claude.messages.create(PARAMS);
  const waiting = harness.claude.messages.create(PARAMS);
  await untilQueued(harness, 1);
  expect(() => harness.limiter.setLimits({ requestsPerMinute: 0 }, { model: PARAMS.model })).toThrow(
    '`limits.requestsPerMinute`',
  );
  harness.limiter.setLimits({ requestsPerMinute: 6_000 }, { model: PARAMS.model });
  harness.still.advance(20);
  await waiting;
});

it('pauses by hand until it is resumed', async () => {
  harness = await bootLimits(SLOW);
  await harness.limiter.pause({ model: PARAMS.model });
  const waiting = harness.claude.messages.create(PARAMS);
  await untilQueued(harness, 1);
  expect((await harness.limiter.snapshot()).limits[0]?.closed).toEqual({ by: 'pause', forMs: Infinity });
  await harness.limiter.resume({ model: PARAMS.model });
  await waiting;
});
