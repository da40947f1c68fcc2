import { APIError, RateLimitError } from '@anthropic-ai/sdk';
import { LimitExceededError } from 'nestjs-claude';
import type { MessageReply, Rule, StatusFault } from 'nestjs-claude/testing';
import { ManualClock } from '../../libs/claude/src/testing/clock/manual-clock.js';
import { rejection } from '../support/claude-harness.js';
import {
  askJson,
  bootLimits,
  expectNothingHeld,
  HAIKU,
  HeldAnswers,
  limitsOf,
  SONNET,
  untilQueued,
  untilSent,
  WAYS,
  type LimitHarness,
} from '../support/limit-harness.js';

/** More than these tests ever ask for, so that only the API holds anybody up. */
const AMPLE = { requestsPerMinute: 6_000, tokensPerMinute: 1_000_000 };

const MINUTE_MS = 60_000;
const RECHECK_MS = 5 * MINUTE_MS;

/** 429 with a time to wait, for the named model's next request alone. */
function tellToWait(seconds: number, more: Partial<StatusFault> = {}): Rule<MessageReply> {
  const fault = { kind: 'status', status: 429, retryAfter: seconds, ...more } as const;
  return harness.sim.onMessage({ model: HAIKU }).failWith(fault).once();
}

let harness: LimitHarness;
afterEach(() => expectNothingHeld(harness));

describe.each(WAYS)('while the API asks to wait with %s', (_, ask) => {
  it('the whole model class waits for that time, none of it is sent meanwhile, and then all are served', async () => {
    harness = await bootLimits(AMPLE);
    const { claude, sim, still } = harness;
    tellToWait(2);
    const told = ask(claude);
    await untilQueued(harness, 1);
    const others = [ask(claude), ask(claude)];
    await untilQueued(harness, 3);
    expect((await limitsOf(harness)).closed).toEqual({ by: 'retry-after', forMs: 2_000 });
    still.advance(1_999);
    expect(await limitsOf(harness)).toMatchObject({ queued: 3, closed: { forMs: 1 } });
    expect(sim.requests.map(({ status }) => status)).toEqual([429]);
    still.advance(1);
    expect(await limitsOf(harness)).toMatchObject({ queued: 0, closed: null });
    await Promise.all([told, ...others]);
    expect(sim.requests.map(({ status }) => status)).toEqual([429, 200, 200, 200]);
  });

  it('other model classes go on', async () => {
    harness = await bootLimits(AMPLE);
    const { claude, sim, still } = harness;
    tellToWait(2);
    const told = ask(claude);
    await untilQueued(harness, 1);
    await ask(claude, SONNET);
    expect(sim.requests.map(({ model }) => model)).toEqual([HAIKU, SONNET]);
    expect((await limitsOf(harness, 'sonnet-5-5')).closed).toBeNull();
    still.advance(2_000);
    await told;
  });

  it('all model classes wait when usage grew too fast', async () => {
    harness = await bootLimits(AMPLE);
    const { claude, sim, still } = harness;
    tellToWait(2, { errorCode: 'ramp_limit_exceeded' });
    const told = ask(claude);
    await untilQueued(harness, 1);
    const others = [ask(claude, SONNET), ask(claude), ask(claude, SONNET)];
    await untilQueued(harness, 4);
    const closed = { by: 'retry-after', forMs: 2_000 };
    expect((await limitsOf(harness, 'sonnet-5-5')).closed).toEqual(closed);
    still.advance(1_999);
    expect([await limitsOf(harness), await limitsOf(harness, 'sonnet-5-5')]).toMatchObject([
      { queued: 2 },
      { queued: 2 },
    ]);
    expect(sim.requests).toHaveLength(1);
    still.advance(1);
    await Promise.all([told, ...others]);
    expect(sim.requests.map(({ status }) => status)).toEqual([429, 200, 200, 200, 200]);
  });

  it('a shorter time that is told later lets nobody through earlier', async () => {
    harness = await bootLimits(AMPLE, { retry: { maxAttempts: 1 } });
    const { claude, still, simStill } = harness;
    tellToWait(2).after(1);
    tellToWait(20);
    // The newest rule goes first.
    const told = [ask(claude), ask(claude)].map((call) => rejection(call));
    await untilSent(harness, 2);
    expect(await Promise.race(told)).toBeInstanceOf(RateLimitError);
    simStill.advance(1);
    await Promise.all(told);
    expect((await limitsOf(harness)).closed).toEqual({ by: 'retry-after', forMs: 20_000 });
    const waiting = ask(claude);
    await untilQueued(harness, 1);
    still.advance(19_999);
    expect(await limitsOf(harness)).toMatchObject({ queued: 1 });
    still.advance(1);
    await waiting;
  });

  it('nobody else waits for a 429 that names no time', async () => {
    harness = await bootLimits(AMPLE, { retry: { maxAttempts: 1 } });
    const { claude, sim } = harness;
    sim.onMessage().failWith(429).once();
    expect(await rejection(ask(claude))).toBeInstanceOf(RateLimitError);
    await ask(claude);
    expect((await limitsOf(harness)).closed).toBeNull();
  });
});

it('the counting of tokens waits too when usage grew too fast, and not for the wait of a model class', async () => {
  harness = await bootLimits(AMPLE, { retry: { maxAttempts: 1 } });
  const { claude, still } = harness;
  const count = (): PromiseLike<unknown> =>
    claude.messages.countTokens({ model: HAIKU, messages: [{ role: 'user', content: 'Hello' }] });
  tellToWait(2);
  await rejection(askJson(claude));
  await count();
  still.advance(2_000);
  tellToWait(2, { errorCode: 'ramp_limit_exceeded' });
  await rejection(askJson(claude));
  const counting = count();
  await untilQueued(harness, 1);
  still.advance(2_000);
  await counting;
});

/** The shapes in which the API says that it will not be paid for more. (Anthropic API docs, "Rate limits" and "Errors") */
const SPEND_STOPS: readonly (readonly [name: string, fault: StatusFault])[] = [
  ['the monthly cap of a tier', { kind: 'status', status: 429, errorCode: 'enforced_spend_limit_reached' }],
  ['the limit of a contract', { kind: 'status', status: 429, errorCode: 'contract_spend_limit_reached' }],
  [
    'a limit the organization has set',
    { kind: 'status', status: 400, message: 'You have reached your specified API usage limits.' },
  ],
  ['a credit balance that is used up', { kind: 'status', status: 402 }],
];

describe.each(WAYS)('once the API will not be paid for more, with %s', (_, ask) => {
  it.each(SPEND_STOPS)('for %s, calls of every model are refused, and none is sent', async (__, fault) => {
    harness = await bootLimits(AMPLE);
    const { claude, sim } = harness;
    sim.onMessage().failWith(fault);
    const stopped = await rejection(ask(claude));
    expect(stopped).toBeInstanceOf(APIError);
    expect(stopped).toMatchObject({ status: fault.status });
    // It is no use to try again.
    expect(sim.requests).toHaveLength(1);
    for (const model of [HAIKU, SONNET]) {
      const refusal = await rejection(ask(claude, model));
      expect(refusal).toBeInstanceOf(LimitExceededError);
      expect(refusal).toMatchObject({ code: 'limit_exceeded', reason: 'spend', retryAfterMs: RECHECK_MS });
      expect(refusal.message).toContain('RateLimiterService.resume()');
      expect(harness.record().outcome).toEqual({ kind: 'refused', code: 'limit_exceeded' });
    }
    expect(sim.requests).toHaveLength(1);
    expect((await limitsOf(harness)).closed).toEqual({ by: 'spend', forMs: RECHECK_MS });
  });

  it('resume() lets calls through again', async () => {
    harness = await stoppedBySpend();
    await rejection(ask(harness.claude));
    await harness.limiter.resume();
    await ask(harness.claude);
    await ask(harness.claude, SONNET);
    expect(harness.sim.requests.map(({ status }) => status)).toEqual([402, 200, 200]);
  });

  it('the API is asked again after five minutes, and as long as it is not paid, five minutes later again', async () => {
    harness = await stoppedBySpend(2);
    const { claude, sim, still } = harness;
    still.advance(RECHECK_MS - MINUTE_MS);
    expect(await rejection(ask(claude))).toMatchObject({ reason: 'spend', retryAfterMs: MINUTE_MS });
    expect(sim.requests).toHaveLength(1);
    still.advance(MINUTE_MS);
    expect(await rejection(ask(claude))).toMatchObject({ status: 402 });
    expect(await rejection(ask(claude))).toMatchObject({ reason: 'spend', retryAfterMs: RECHECK_MS });
    expect(sim.requests).toHaveLength(2);
    still.advance(RECHECK_MS);
    await ask(claude);
    await ask(claude, SONNET);
    expect(sim.requests.map(({ status }) => status)).toEqual([402, 402, 200, 200]);
  });

  it('those who waited already are refused, too, and not sent', async () => {
    harness = await bootLimits({ ...AMPLE, maxConcurrent: 1 });
    const { claude, sim } = harness;
    const held = new HeldAnswers();
    sim.onMessage().reply(held.reply).thenFailWith({ kind: 'status', status: 402 });
    const first = ask(claude);
    await held.untilHeld(1);
    const stopped = rejection(ask(claude));
    const waiting = rejection(ask(claude, SONNET));
    await untilQueued(harness, 2);
    held.letGo();
    await first;
    expect(await stopped).toMatchObject({ status: 402 });
    expect(await waiting).toMatchObject({ reason: 'spend', retryAfterMs: RECHECK_MS });
    expect(sim.requests).toHaveLength(2);
  });
});

/** A module whose first calls are told that there is no money. */
async function stoppedBySpend(times = 1, still?: ManualClock): Promise<LimitHarness> {
  const booted = await bootLimits(AMPLE, {}, {}, still);
  booted.sim.onMessage().failWith(402).times(times).thenReply('well');
  await rejection(askJson(booted.claude));
  return booted;
}

it('the API is asked again as soon as a new month begins, since tiers are paid by the month', async () => {
  harness = await stoppedBySpend(1, new ManualClock(Date.UTC(2026, 0, 31, 23, 59)));
  const { claude, still } = harness;
  expect(await rejection(askJson(claude))).toMatchObject({ reason: 'spend', retryAfterMs: MINUTE_MS });
  still.advance(MINUTE_MS);
  await askJson(claude);
});
