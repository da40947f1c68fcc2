import { APIUserAbortError } from '@anthropic-ai/sdk';
import type { RateLimitOptions } from 'nestjs-claude';
import type { Fault } from 'nestjs-claude/testing';
import { eventually, PARAMS, rejection } from '../support/claude-harness.js';
import {
  askJson,
  bootLimits,
  expectNothingHeld,
  HAIKU,
  HeldAnswers,
  limitsOf,
  untilSent,
  WAYS,
  type LimitHarness,
  type Way,
} from '../support/limit-harness.js';

const AMPLE = { requestsPerMinute: 60_000, inputTokensPerMinute: 100_000, outputTokensPerMinute: 100_000 };
const EXACT = { ...AMPLE, estimate: { input: 'count-tokens' } } as const;

const COUNTS = '/v1/messages/count_tokens';
const MESSAGES = '/v1/messages';

let harness: LimitHarness;
let held: HeldAnswers;
beforeEach(() => {
  held = new HeldAnswers();
});
afterEach(() => expectNothingHeld(harness));

const pathsSent = (): readonly string[] => harness.sim.requests.map(({ path }) => path);

describe.each(WAYS)("`estimate: { input: 'count-tokens' }`, with %s", (_, ask) => {
  it('counts before anything is sent, claims what it was told, and settles with what was used', async () => {
    harness = await bootLimits(EXACT);
    const { claude, sim, simStill } = harness;
    sim.onCountTokens().reply(777).after(1_000);
    sim.onMessage().reply(held.reply);
    const call = ask(claude);
    await eventually(() => simStill.pendingTimers > 0, 'the count was on its way');
    expect((await limitsOf(harness)).inputTokens).toMatchObject({ outstanding: 0 });
    simStill.advance(1_000);
    await held.untilHeld(1);
    expect(pathsSent()).toEqual([COUNTS, MESSAGES]);
    expect((await limitsOf(harness)).inputTokens).toMatchObject({ outstanding: 777, level: 99_223 });
    held.letGo();
    await call;
    const { input_tokens: used = NaN } = sim.lastRequest().billed ?? {};
    expect((await limitsOf(harness)).inputTokens).toMatchObject({ outstanding: 0, level: 100_000 - used });
  });

  const FAILURES: readonly (readonly [name: string, fault: Fault])[] = [
    ['fails', { kind: 'status', status: 500 }],
    ['is throttled', { kind: 'status', status: 429, retryAfter: 20 }],
    ['is refused', { kind: 'status', status: 400 }],
    ['loses its connection', { kind: 'resetBeforeHeaders' }],
  ];

  it.each(FAILURES)('claims the estimate when the count %s, and the call goes on', async (__, fault) => {
    const { inputTokens: estimated } = await claimed(AMPLE, ask);
    await harness.close();
    const { inputTokens } = await claimed(EXACT, ask, fault);
    expect(estimated).toBeGreaterThan(0);
    expect([inputTokens, pathsSent().at(-1)]).toEqual([estimated, MESSAGES]);
  });

  it('waits five seconds at the most for a count that does not come', async () => {
    harness = await bootLimits(EXACT);
    const { claude, sim, still } = harness;
    sim.onCountTokens().failWith({ kind: 'hang' });
    const call = ask(claude);
    await untilSent(harness, 1);
    still.advance(4_999);
    expect((await limitsOf(harness)).inputTokens).toMatchObject({ outstanding: 0 });
    still.advance(1);
    await call;
    expect(pathsSent()).toEqual([COUNTS, MESSAGES]);
  });

  it('keeps no call waiting because counts have to wait', async () => {
    harness = await bootLimits(EXACT);
    const { claude, sim, still } = harness;
    sim.onCountTokens().failWith({ kind: 'status', status: 429, retryAfter: 20 }).once();
    await ask(claude);
    await ask(claude);
    expect(pathsSent()).toEqual([COUNTS, MESSAGES, MESSAGES]);
    expect((await limitsOf(harness, 'token_count')).closed).toEqual({ by: 'retry-after', forMs: 20_000 });
    still.advance(20_000);
    await ask(claude);
    expect(pathsSent()).toEqual([COUNTS, MESSAGES, MESSAGES, COUNTS, MESSAGES]);
  });

  it('refuses no call because nothing can be counted', async () => {
    harness = await bootLimits(EXACT);
    const { claude, sim, circuits } = harness;
    sim.onCountTokens().failWith(500);
    for (let call = 0; call < 12; call++) await ask(claude);
    expect(sim.requests.filter(({ path, status }) => path === MESSAGES && status === 200)).toHaveLength(12);
    expect(circuits.circuit(`default/${HAIKU}`).state).toBe('closed');
  });
});

it.each([
  ['a JSON answer', false],
  ['a stream', true],
])('a caller of %s who leaves while it counts is let go at once', async (_, stream) => {
  harness = await bootLimits(EXACT);
  const { claude, sim } = harness;
  sim.onCountTokens().failWith({ kind: 'hang' });
  const controller = new AbortController();
  const leaving = rejection(claude.messages.create({ ...PARAMS, stream }, { signal: controller.signal }));
  await untilSent(harness, 1);
  controller.abort();
  expect(await leaving).toBeInstanceOf(APIUserAbortError);
  expect(harness.record()).toMatchObject({ operation: 'messages.create', outcome: { kind: 'abandoned' } });
  await eventually(() => sim.activeRequests === 0, 'the count was called off, too');
  expect(pathsSent()).toEqual([COUNTS]);
});

/** What a call claims while its answer is held back, and was not told by a count that fails. */
async function claimed(rateLimit: RateLimitOptions, ask: Way, fault?: Fault): Promise<{ inputTokens: number }> {
  harness = await bootLimits(rateLimit);
  if (fault !== undefined) harness.sim.onCountTokens().failWith(fault);
  harness.sim.onMessage().reply(held.reply);
  const call = ask(harness.claude);
  await held.untilHeld(1);
  const { inputTokens } = await limitsOf(harness);
  held.letGo();
  await call;
  return { inputTokens: inputTokens?.outstanding ?? NaN };
}

it('counts what makes the input of a request, with the betas it needs, for whom the call is made', async () => {
  harness = await bootLimits(EXACT);
  const { claude, sim, records } = harness;
  const input = { model: HAIKU, system: 'Be brief.', messages: PARAMS.messages };
  const betas = ['context-management-2025-06-27'];
  const context = { user: 'u1', tags: { feature: 'search' } };
  await claude.with(context).beta.messages.create({ ...input, max_tokens: 100, metadata: { user_id: 'u' }, betas });
  const [count] = sim.requests;
  expect(count).toMatchObject({ path: COUNTS, body: input });
  expect(Object.keys(count?.body as object).toSorted()).toEqual(['messages', 'model', 'system']);
  expect(count?.headers['anthropic-beta']).toContain(betas[0]);
  expect(records.map(({ operation, user, tags }) => ({ operation, user, tags }))).toEqual([
    { operation: 'beta.messages.countTokens', ...context },
    { operation: 'beta.messages.create', ...context },
  ]);
});

it('a count is not counted itself, and takes nothing of the limits of messages', async () => {
  harness = await bootLimits({ ...EXACT, requestsPerMinute: 60, burst: { requests: 1 } });
  const { claude, limiter } = harness;
  for (let count = 0; count < 3; count++) {
    await claude.messages.countTokens({ model: HAIKU, messages: PARAMS.messages });
  }
  expect(pathsSent()).toEqual([COUNTS, COUNTS, COUNTS]);
  expect((await limiter.snapshot()).limits.map(({ modelClass }) => modelClass)).toEqual(['token_count']);
  expect(await limitsOf(harness, 'token_count')).toMatchObject({
    delayed: 0,
    requests: { limit: Infinity },
    tokens: null,
  });
  await askJson(claude);
  expect(pathsSent().slice(3)).toEqual([COUNTS, MESSAGES]);
  expect((await limitsOf(harness)).requests.level).toBe(0);
});
