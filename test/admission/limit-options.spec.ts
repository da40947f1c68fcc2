import { RequestExceedsLimitError, type RateLimitOptions } from 'nestjs-claude';
import { eventually, PARAMS, rejection, SIMULATED_KEY } from '../support/claude-harness.js';
import {
  bootLimits,
  expectNothingHeld,
  HAIKU,
  HeldAnswers,
  limitsOf,
  SONNET,
  untilQueued,
  WAYS,
  type LimitHarness,
} from '../support/limit-harness.js';

const AMPLE = { requestsPerMinute: 60_000, inputTokensPerMinute: 100_000, outputTokensPerMinute: 100_000 };
/** One request at once, and one more every second. */
const SLOW = { requestsPerMinute: 60, burst: { requests: 1 }, tokensPerMinute: 1_000_000 };

let harness: LimitHarness;
let held: HeldAnswers;
beforeEach(() => {
  held = new HeldAnswers();
});
afterEach(() => expectNothingHeld(harness));

/** What the simulator enforces, and tells in its headers. */
const TOLD = { requestsPerMinute: 30, inputTokensPerMinute: 5_000, outputTokensPerMinute: 2_000 };

describe.each(WAYS)('what the headers tell, with %s', (_, ask) => {
  const told = async (rateLimit: RateLimitOptions, limits: typeof TOLD = TOLD): Promise<LimitHarness> => {
    const booted = await bootLimits(rateLimit, {}, { limits });
    booted.sim.onMessage().reply('done');
    return booted;
  };

  it.each([
    ['configured limits', { ...AMPLE, requestsPerMinute: 600 }, [600, 100_000, 100_000, Infinity]],
    ['a guess', {}, [50, Infinity, Infinity, 100_000]],
  ])('changes nothing of %s with `learn: false`', async (__, limits, expected) => {
    harness = await told({ ...limits, learn: false });
    const { claude, sim } = harness;
    await askAsSomebodyElse(20);
    await ask(claude);
    const { requests, inputTokens, outputTokens, tokens } = await limitsOf(harness);
    const all = [requests, inputTokens, outputTokens, tokens];
    expect(all.map((each) => each?.limit)).toEqual(expected);
    expect(all.map((each) => each?.learnedLimit)).toEqual([null, null, null, null]);
    expect(requests.level).toBe(requests.burst - 1);
    expect(sim.requests).toHaveLength(21);
  });

  it('lowers configured limits, and raises none', async () => {
    harness = await told({ requestsPerMinute: 600, inputTokensPerMinute: 1_000, outputTokensPerMinute: 100_000 });
    await ask(harness.claude);
    expect(await limitsOf(harness)).toMatchObject({
      requests: { limit: 30, learnedLimit: 30 },
      inputTokens: { limit: 1_000, learnedLimit: 5_000 },
      outputTokens: { limit: 2_000, learnedLimit: 2_000 },
    });
  });

  it('replaces a guess, upwards too, for those who wait as well', async () => {
    harness = await told({}, { ...TOLD, requestsPerMinute: 6_000 });
    const { claude, sim } = harness;
    sim.onMessage().reply(held.reply);
    const calls = Array.from({ length: 8 }, () => ask(claude));
    // A twelfth of 50 requests can be had at once.
    await held.untilHeld(4);
    await untilQueued(harness, 4);
    held.letGo(1);
    await held.untilHeld(7);
    expect(await limitsOf(harness)).toMatchObject({
      requests: { limit: 6_000 },
      inputTokens: { limit: 5_000 },
      outputTokens: { limit: 2_000 },
      tokens: { limit: Infinity },
    });
    held.letGo();
    await Promise.all(calls);
  });

  it('takes from what is left what others of the organization have used', async () => {
    harness = await told({ ...TOLD, burst: { requests: 30 } });
    await askAsSomebodyElse(20);
    await ask(harness.claude);
    expect((await limitsOf(harness)).requests).toMatchObject({ limit: 30, level: 9 });
  });
});

/** Requests with the same key from outside of the module. */
async function askAsSomebodyElse(times: number): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'anthropic-version': '2023-06-01',
    'x-api-key': SIMULATED_KEY,
  };
  for (let request = 0; request < times; request++) {
    const answer = await fetch(`${harness.sim.url}/v1/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify(PARAMS),
    });
    expect(answer.status).toBe(200);
    await answer.text();
  }
}

describe.each(WAYS)('`rateLimit: false`, with %s', (_, ask) => {
  it('lets everybody through at once and counts nothing', async () => {
    harness = await bootLimits(false);
    const { claude, sim, limiter, records } = harness;
    sim.onMessage().reply(held.reply);
    const calls = Array.from({ length: 30 }, () => ask(claude));
    await held.untilHeld(30);
    expect(await limiter.snapshot()).toEqual({ limits: [], concurrency: [] });
    held.letGo();
    await Promise.all(calls);
    expect(await limiter.snapshot()).toEqual({ limits: [], concurrency: [] });
    expect(records.flatMap(({ attempts }) => attempts).every(({ queuedMs }) => queuedMs === 0)).toBe(true);
  });

  it('lets only the call wait that was told to', async () => {
    harness = await bootLimits(false);
    const { claude, sim, clock, still } = harness;
    sim.onMessage().failWith({ kind: 'status', status: 429, retryAfter: 2 }).once();
    const told = ask(claude);
    await eventually(() => clock.waits.length === 1, 'it waited by itself');
    await ask(claude);
    expect(sim.requests.map(({ status }) => status)).toEqual([429, 200]);
    still.advance(2_000);
    await told;
  });
});

describe.each(WAYS)("`mode: 'shadow'`, with %s", (_, ask) => {
  it('sends whoever would have had to wait all the same, and tells how many those were', async () => {
    harness = await bootLimits({ ...SLOW, maxConcurrent: 2, concurrency: { initial: 2 }, mode: 'shadow' });
    const { claude, sim, limiter } = harness;
    sim.onMessage().reply(held.reply);
    const calls = Array.from({ length: 4 }, () => ask(claude));
    await held.untilHeld(4);
    expect(await limitsOf(harness)).toMatchObject({
      queued: 0,
      delayed: 3,
      refused: 0,
      concurrent: { limit: 2, outstanding: 4, level: -2 },
      requests: { level: -3 },
    });
    expect((await limiter.snapshot()).concurrency).toEqual([{ endpoint: 'default', limit: 2, inFlight: 4 }]);
    expect(await limiter.refusal({ model: HAIKU, maxWaitMs: 0 })).toBeNull();
    held.letGo();
    await Promise.all(calls);
  });

  it('sends what it would have refused: too large a request, and one that nobody will be paid for', async () => {
    harness = await bootLimits({ ...AMPLE, outputTokensPerMinute: 10, mode: 'shadow' });
    const { claude, sim } = harness;
    sim.onMessage().failWith(402).once();
    expect(await rejection(ask(claude))).toMatchObject({ status: 402 });
    expect((await limitsOf(harness)).closed).toMatchObject({ by: 'spend' });
    await ask(claude, SONNET);
    expect(await limitsOf(harness, 'sonnet-5-5')).toMatchObject({ delayed: 1, refused: 0 });
    expect(sim.requests.map(({ status }) => status)).toEqual([402, 200]);
  });
});

describe.each(WAYS)('model classes, with %s', (_, ask) => {
  it('share a limit where Anthropic says so', async () => {
    harness = await bootLimits(SLOW);
    const { claude, still } = harness;
    await ask(claude, 'claude-opus-4-6');
    await ask(claude, HAIKU);
    const waiting = ask(claude, 'claude-opus-4-8');
    await untilQueued(harness, 1);
    expect(await limitsOf(harness, 'opus-4')).toMatchObject({ queued: 1, requests: { level: 0 } });
    still.advance(1_000);
    await waiting;
  });

  it('share a limit where `modelClasses` says so', async () => {
    const modelClasses = { small: [HAIKU, SONNET] };
    harness = await bootLimits({ ...AMPLE, modelClasses, models: { small: SLOW } });
    const { claude, still, limiter } = harness;
    await ask(claude, HAIKU);
    const waiting = ask(claude, SONNET);
    await untilQueued(harness, 1);
    for (const model of ['claude-opus-5-5', 'claude-opus-5-5', 'claude-haiku-4-5']) await ask(claude, model);
    const { limits } = await limiter.snapshot();
    expect(limits.map(({ modelClass, queued, requests: { limit } }) => [modelClass, queued, limit])).toEqual([
      ['small', 1, 60],
      ['opus-5-5', 0, 60_000],
      ['haiku-4-5', 0, 60_000],
    ]);
    still.advance(1_000);
    await waiting;
  });

  it('have the limits of the rule that names them, or one of their models', async () => {
    harness = await bootLimits({ ...AMPLE, models: { 'sonnet-4': SLOW, 'claude-opus-4-7': SLOW } });
    const { claude, limiter } = harness;
    for (const model of ['claude-sonnet-4-6', 'claude-opus-4-8', HAIKU]) await ask(claude, model);
    const { limits } = await limiter.snapshot();
    expect(limits.map(({ modelClass, requests: { level } }) => [modelClass, level])).toEqual([
      ['sonnet-4', 0],
      ['opus-4', 0],
      ['haiku-5-5', 4_999],
    ]);
  });
});

describe.each(WAYS)('`setLimits()`, with %s', (_, ask) => {
  const ROOMY = { requestsPerMinute: 6_000, inputTokensPerMinute: 100_000, outputTokensPerMinute: 100_000 };
  /** Enough tokens for one of the calls, and for the next in a minute or so. */
  const SCARCE = { requestsPerMinute: 6_000, tokensPerMinute: 100, queue: { maxWaitMs: 600_000 } };

  it('lets those who wait through at the new pace from that moment on', async () => {
    harness = await bootLimits(SLOW);
    const { claude, limiter, still } = harness;
    await ask(claude);
    const waiting = [ask(claude), ask(claude), ask(claude)];
    await untilQueued(harness, 3);
    limiter.setLimits({ ...ROOMY, burst: { requests: 1 } }, { model: HAIKU });
    expect(await limitsOf(harness)).toMatchObject({ requests: { limit: 6_000 }, queued: 3 });
    for (const left of [2, 1, 0]) {
      still.advance(9.5);
      expect(await limitsOf(harness)).toMatchObject({ queued: left + 1 });
      still.advance(0.5);
      expect(await limitsOf(harness)).toMatchObject({ queued: left });
    }
    await Promise.all(waiting);
  });

  it('lets those who wait through at once when what they wait for is limited no longer', async () => {
    harness = await bootLimits(SCARCE);
    const { claude, limiter, sim } = harness;
    sim.onMessage().reply(held.reply);
    const calls = [ask(claude), ask(claude), ask(claude)];
    await held.untilHeld(1);
    await untilQueued(harness, 2);
    limiter.setLimits(ROOMY, { model: HAIKU });
    expect(await limitsOf(harness)).toMatchObject({ queued: 0, tokens: { limit: Infinity } });
    await held.untilHeld(3);
    held.letGo();
    await Promise.all(calls);
  });

  it('refuses those who wait when they ask for more than there is from now on, and disturbs nobody else', async () => {
    harness = await bootLimits(SCARCE);
    const { claude, limiter, sim } = harness;
    sim.onMessage().reply(held.reply);
    const calls = [ask(claude), ask(claude, SONNET)];
    await held.untilHeld(2);
    const refused = rejection(ask(claude));
    await untilQueued(harness, 1);
    limiter.setLimits({ requestsPerMinute: 6_000, tokensPerMinute: 10 }, { model: HAIKU });
    expect(await refused).toBeInstanceOf(RequestExceedsLimitError);
    held.letGo();
    await Promise.all(calls);
    expect((await limitsOf(harness, 'sonnet-5-5')).tokens).toMatchObject({ limit: 100 });
    expect(sim.requests).toHaveLength(2);
  });
});
