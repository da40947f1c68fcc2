import { LimitExceededError, type StageInsertion } from 'nestjs-claude';
import { ManualClock } from 'nestjs-claude/testing';
import { MemoryAdmissionStore } from '../../libs/claude/src/admission/memory-store.js';
import { LateStore } from '../../libs/claude/src/admission/spec-support/late-store.js';
import { eventually, PARAMS, rejection } from '../support/claude-harness.js';
import {
  bootLimits,
  expectNothingHeld,
  HeldAnswers,
  limitsOf,
  untilQueued,
  untilSent,
  WAYS,
  type LimitHarness,
} from '../support/limit-harness.js';

const TOKENS = 100_000;
/** A hundred requests at once. */
const AMPLE = {
  requestsPerMinute: 6_000,
  burst: { requests: 100 },
  inputTokensPerMinute: TOKENS,
  outputTokensPerMinute: TOKENS,
};
/** One request at once, and one more every second. */
const SLOW = { ...AMPLE, requestsPerMinute: 60, burst: { requests: 1 } };

let harness: LimitHarness;
let held: HeldAnswers;
beforeEach(() => {
  held = new HeldAnswers();
});
afterEach(() => expectNothingHeld(harness));

/** A store in another process that tells when it is asked for something. */
class AskedStore extends LateStore {
  onAsked: (() => void) | null = null;

  override acquire(...asked: Parameters<LateStore['acquire']>): ReturnType<LateStore['acquire']> {
    this.onAsked?.();
    return super.acquire(...asked);
  }
}

/** What is left of requests, and how many are claimed and not counted yet. */
async function requests(): Promise<readonly [left: number, outstanding: number]> {
  const { level, outstanding } = (await limitsOf(harness)).requests;
  return [level, outstanding];
}

function inserted(use: StageInsertion['use']): { readonly stages: readonly StageInsertion[] } {
  return { stages: [{ after: 'admit', use }] };
}

describe.each(WAYS)('an attempt, with %s', (_, ask) => {
  it('counts as a request from when it is sent, and holds its tokens until its end', async () => {
    harness = await bootLimits({ ...AMPLE, maxConcurrent: 9 });
    const { claude, sim } = harness;
    sim.onMessage().reply(held.reply);
    const call = ask(claude);
    await held.untilHeld(1);
    expect(await requests()).toEqual([99, 0]);
    const { inputTokens, outputTokens, concurrent } = await limitsOf(harness);
    expect([inputTokens?.outstanding, outputTokens?.outstanding, concurrent?.outstanding]).toEqual([
      expect.any(Number),
      64,
      1,
    ]);
    expect(inputTokens?.outstanding).toBeGreaterThan(0);
    held.letGo();
    await call;
    const { input_tokens: input = NaN, output_tokens: output = NaN } = sim.lastRequest().billed ?? {};
    expect(await limitsOf(harness)).toMatchObject({
      concurrent: { outstanding: 0 },
      inputTokens: { level: TOKENS - input, outstanding: 0 },
      outputTokens: { level: TOKENS - output, outstanding: 0 },
    });
  });

  it('gives everything back that a stage behind it refuses', async () => {
    harness = await bootLimits(
      { ...AMPLE, maxConcurrent: 9 },
      inserted(() => Promise.reject(new TypeError('not today'))),
    );
    expect(await rejection(ask(harness.claude))).toMatchObject({ message: 'not today' });
    expect(await requests()).toEqual([100, 0]);
    expect(harness.sim.requests).toHaveLength(0);
  });

  it('that a stage behind it makes by itself is counted, too', async () => {
    harness = await bootLimits(
      AMPLE,
      inserted(async (call, next) => {
        await (await next(call)).body?.cancel();
        return next(call);
      }),
    );
    await ask(harness.claude);
    expect(harness.sim.requests).toHaveLength(2);
    expect(await requests()).toEqual([98, 0]);
  });

  it('waits no longer than its call may last', async () => {
    harness = await bootLimits(SLOW);
    const { claude, still } = harness;
    await ask(claude);
    const refusal = await rejection(ask(claude.with({ deadlineMs: 999 })));
    expect(refusal).toBeInstanceOf(LimitExceededError);
    expect(refusal).toMatchObject({ reason: 'wait-too-long', retryAfterMs: 1_000 });
    const waiting = ask(claude.with({ deadlineMs: 1_001 }));
    await untilQueued(harness, 1);
    still.advance(1_000);
    await waiting;
  });

  it('waits no longer than any call may wait', async () => {
    harness = await bootLimits({ ...SLOW, queue: { maxWaitMs: 1_500 } });
    const { claude, still } = harness;
    await ask(claude);
    const waiting = ask(claude);
    await untilQueued(harness, 1);
    expect(await rejection(ask(claude))).toMatchObject({ reason: 'wait-too-long', retryAfterMs: 2_000 });
    still.advance(1_000);
    await waiting;
  });

  it('is made again in the place of the first, ahead of those who came meanwhile', async () => {
    const admitted: unknown[] = [];
    harness = await bootLimits(
      SLOW,
      inserted((call, next) => {
        admitted.push(call.context.user);
        return next(call);
      }),
    );
    const { claude, sim, clock, still, simStill } = harness;
    sim.onMessage().failWith(500).after(1_000).once();
    const calls = [ask(claude.with({ user: 'first' }))];
    await untilSent(harness, 1);
    for (const [index, user] of ['second', 'third'].entries()) {
      calls.push(ask(claude.with({ user })));
      await untilQueued(harness, index + 1);
    }
    await eventually(() => simStill.pendingTimers > 0, 'the answer was on its way');
    simStill.advance(1_000);
    await eventually(() => clock.waits.includes(0), 'it was to be made again');
    still.advance(0);
    await untilQueued(harness, 3);
    for (const sent of [2, 3, 4]) {
      still.advance(1_000);
      await untilSent(harness, sent);
    }
    await Promise.all(calls);
    expect(admitted).toEqual(['first', 'first', 'second', 'third']);
  });

  it('of a caller who leaves while the store has not answered yet takes nothing', async () => {
    const still = new ManualClock();
    const store = new AskedStore(new MemoryAdmissionStore(still));
    harness = await bootLimits(AMPLE, { store }, {}, still);
    const { claude, sim } = harness;
    const controller = new AbortController();
    store.onAsked = () => controller.abort();
    await rejection(claude.messages.create(PARAMS, { signal: controller.signal }));
    store.onAsked = null;
    expect(await requests()).toEqual([100, 0]);
    expect(sim.requests).toHaveLength(0);
    await ask(claude);
    expect(await requests()).toEqual([99, 0]);
  });
});

it('a stream settles its input when it has told it, and its output at its end', async () => {
  harness = await bootLimits(AMPLE);
  const { claude, sim, simStill } = harness;
  sim.onMessage().reply('one two three').failWith({ kind: 'slowStream', perEventMs: 1_000 });
  const starting = claude.messages.create({ ...PARAMS, stream: true });
  await untilSent(harness, 1);
  await eventually(() => simStill.pendingTimers > 0, 'the stream had begun');
  // A ping, and the first content.
  simStill.advance(2_000);
  const left = new Set<number>();
  let seen = 0;
  for await (const { type } of await starting) {
    if (type === 'message_stop') break;
    if (type !== 'message_start') simStill.advance(1_000);
    const { inputTokens, outputTokens } = await limitsOf(harness);
    left.add(inputTokens?.level ?? NaN);
    expect(inputTokens?.outstanding).toBe(0);
    expect(outputTokens).toMatchObject({ outstanding: 64, level: TOKENS - 64 });
    seen += 1;
  }
  expect(seen).toBeGreaterThan(3);
  await eventually(() => harness.claude.activeCalls === 0, 'the call was over');
  const { input_tokens: input = NaN, output_tokens: output = NaN } = sim.lastRequest().billed ?? {};
  expect([...left]).toEqual([TOKENS - input]);
  expect((await limitsOf(harness)).outputTokens).toMatchObject({ outstanding: 0, level: TOKENS - output });
});
