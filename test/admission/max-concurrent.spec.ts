import type { Fault } from 'nestjs-claude/testing';
import { eventually, PARAMS } from '../support/claude-harness.js';
import {
  askJson,
  bootLimits,
  expectNothingHeld,
  HAIKU,
  HeldAnswers,
  limitsOf,
  read,
  SONNET,
  untilQueued,
  untilSent,
  WAYS,
  type LimitHarness,
} from '../support/limit-harness.js';

/** More than these tests ever ask for, so that only places are scarce. */
const AMPLE = { requestsPerMinute: 60_000, tokensPerMinute: 10_000_000 };

/** Each failure is the call's own. */
const ONCE = { circuit: false, retry: { maxAttempts: 1 } } as const;

const STREAM = { ...PARAMS, stream: true } as const;

let harness: LimitHarness;
let held: HeldAnswers;
beforeEach(() => {
  held = new HeldAnswers();
});
afterEach(() => expectNothingHeld(harness));

describe.each(WAYS)('`maxConcurrent`, with %s', (_, ask) => {
  it('lets no more calls be under way than it says, over all models, and serves the others in the order they came', async () => {
    harness = await bootLimits({ ...AMPLE, maxConcurrent: 3 });
    harness.sim.onMessage().reply(held.reply);
    const order: number[] = [];
    const calls = Array.from({ length: 12 }, async (__, index) => {
      await ask(harness.claude, index % 2 === 0 ? HAIKU : SONNET);
      order.push(index);
    });
    for (let waiting = 9; waiting > 0; waiting--) {
      await held.untilHeld(3);
      await untilQueued(harness, waiting);
      expect((await limitsOf(harness)).concurrent).toMatchObject({ limit: 3, outstanding: 3, level: 0 });
      held.letGo(1);
    }
    await held.untilHeld(3);
    held.letGo();
    await Promise.all(calls);
    expect(held.atOnce).toBe(3);
    // Those who are under way together may be answered in any order.
    expect([new Set(order.slice(0, 3)), ...order.slice(3, 9)]).toEqual([new Set([0, 1, 2]), 3, 4, 5, 6, 7, 8]);
  });

  it('does not let the models that are asked most keep the others waiting', async () => {
    harness = await bootLimits({ ...AMPLE, maxConcurrent: 1 });
    const { claude, sim } = harness;
    sim.onMessage().reply(held.reply);
    const calls = [ask(claude)];
    await held.untilHeld(1);
    for (const [index, model] of [HAIKU, SONNET, HAIKU, HAIKU].entries()) {
      calls.push(ask(claude, model));
      await untilQueued(harness, index + 1);
    }
    for (let left = calls.length; left > 0; left--) {
      await held.untilHeld(1);
      held.letGo();
    }
    await Promise.all(calls);
    expect(sim.requests.map(({ model }) => model)).toEqual([HAIKU, HAIKU, SONNET, HAIKU, HAIKU]);
  });
});

it('a call of higher priority gets the next place, whatever the model of those who came before', async () => {
  harness = await bootLimits({ ...AMPLE, maxConcurrent: 1 });
  const { claude, sim } = harness;
  sim.onMessage().reply(held.reply).once().thenReply('done');
  const calls = [askJson(claude)];
  await held.untilHeld(1);
  calls.push(askJson(claude.with({ priority: 'background' })));
  await untilQueued(harness, 1);
  calls.push(askJson(claude.with({ priority: 'interactive' }), SONNET));
  await untilQueued(harness, 2);
  held.letGo();
  await Promise.all(calls);
  expect(sim.requests.map(({ model }) => model)).toEqual([HAIKU, SONNET, HAIKU]);
});

it('a stream keeps its place until its last event', async () => {
  harness = await bootLimits({ ...AMPLE, maxConcurrent: 1 });
  const { claude, sim, simStill } = harness;
  sim.onMessage({ stream: true }).reply('one').failWith({ kind: 'slowStream', perEventMs: 1_000 });
  const starting = claude.messages.create(STREAM);
  await untilSent(harness, 1);
  const waiting = askJson(claude);
  await untilQueued(harness, 1);
  await eventually(() => simStill.pendingTimers > 0, 'the stream had begun');
  // A ping, and the first content.
  simStill.advance(2_000);
  const events: string[] = [];
  for await (const { type } of await starting) {
    events.push(type);
    if (type === 'message_stop') break;
    expect(await limitsOf(harness)).toMatchObject({ queued: 1, concurrent: { outstanding: 1 } });
    if (type !== 'message_start') simStill.advance(1_000);
  }
  await waiting;
  expect(events).toEqual(expect.arrayContaining(['content_block_delta', 'message_delta', 'message_stop']));
  expect(sim.requests.map(({ stream }) => stream)).toEqual([true, false]);
});

interface Ending {
  readonly of: Fault;
  readonly ask: (signal: AbortSignal) => Promise<unknown>;
  /** Whether it is not answered, but called off. */
  readonly isCalledOff?: boolean;
}

const HANG = { kind: 'hang' } as const;
const STALL = { kind: 'stallMidStream', afterDeltas: 1 } as const;
const asJson = async (signal: AbortSignal): Promise<unknown> => harness.claude.messages.create(PARAMS, { signal });
const asStream = (signal: AbortSignal): Promise<unknown> =>
  harness.claude.messages.create(STREAM, { signal }).then(read);

/** What may become of a call. */
const ENDINGS: readonly (readonly [name: string, ending: Ending])[] = [
  ['is refused by the API', { of: { kind: 'status', status: 400 }, ask: asJson }],
  ['is answered with what is no answer', { of: { kind: 'malformedJson' }, ask: asJson }],
  ['loses its connection', { of: { kind: 'resetBeforeHeaders' }, ask: asJson }],
  ['is called off before its answer', { of: HANG, ask: asJson, isCalledOff: true }],
  ['is a stream that is called off before its answer', { of: HANG, ask: asStream, isCalledOff: true }],
  ['is a stream that fails before its first content', { of: { kind: 'errorEvent' }, ask: asStream }],
  ['is a stream that fails in the middle', { of: { kind: 'errorEvent', afterDeltas: 1 }, ask: asStream }],
  ['is a stream that breaks off', { of: { kind: 'resetMidStream', afterDeltas: 1 }, ask: asStream }],
  ['is a stream that ends too early', { of: { kind: 'truncateStream', afterDeltas: 1 }, ask: asStream }],
  ['is a stream that is called off in the middle', { of: STALL, ask: callOffInTheMiddle }],
  ['is a stream whose reader leaves', { of: STALL, ask: leaveInTheMiddle }],
];

async function callOffInTheMiddle(): Promise<void> {
  const controller = new AbortController();
  const stream = await harness.claude.messages.create(STREAM, { signal: controller.signal });
  for await (const { type } of stream) if (type === 'content_block_delta') controller.abort();
}

async function leaveInTheMiddle(): Promise<void> {
  for await (const { type } of await harness.claude.messages.create(STREAM)) if (type === 'content_block_delta') break;
}

it.each(ENDINGS)('a call leaves its place to the next in line when it %s', async (_, { of, ask, isCalledOff }) => {
  harness = await bootLimits({ ...AMPLE, maxConcurrent: 1 }, ONCE);
  const { claude, sim, simStill } = harness;
  sim.onMessage({ model: HAIKU }).reply('one two three').failWith(of).after(1).once();
  const controller = new AbortController();
  const ending = ask(controller.signal).catch((error: unknown) => error);
  await untilSent(harness, 1);
  const next = askJson(claude, SONNET);
  await untilQueued(harness, 1);
  await eventually(() => simStill.pendingTimers > 0, 'the answer was on its way');
  if (isCalledOff) controller.abort();
  else simStill.advance(1);
  await next;
  await ending;
  expect((await limitsOf(harness)).concurrent).toMatchObject({ level: 1, outstanding: 0 });
});
