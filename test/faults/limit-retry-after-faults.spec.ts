import { RateLimitError } from '@anthropic-ai/sdk';
import { LimitExceededError, type ClaudeModuleOptions, type StageInsertion } from 'nestjs-claude';
import { ManualClock, type Fault } from 'nestjs-claude/testing';
import { bootClaude, eventually, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { limitsOf, SONNET, untilQueued, untilSent } from '../support/limit-harness.js';
import { WatchedClock } from '../support/watched-clock.js';
import { expectNothingHeld, fault, toldBy } from './support.js';

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 5_000;

let harness: ClaudeHarness;
/** What the module goes by. */
let still: ManualClock;
/** What the simulator goes by. */
let simStill: ManualClock;
/** Who was let through, attempt by attempt. */
let admitted: string[];
afterEach(() => expectNothingHeld(harness));

const noting: StageInsertion = {
  after: 'admit',
  use: (call, next) => {
    admitted.push(call.context.user ?? '');
    return next(call);
  },
};

/** With the limits that nobody configured; on clocks that stand still. */
async function boot(random: () => number, claude: ClaudeModuleOptions = {}): Promise<void> {
  [still, simStill, admitted] = [new ManualClock(), new ManualClock(), []];
  const options = { retry: {}, stages: [noting], ...claude };
  harness = await bootClaude(options, { clock: simStill }, { clock: new WatchedClock(still), random });
}

function throttled(headers: Readonly<Record<string, string>>): Fault {
  return { kind: 'status', status: 429, headers };
}

function ask(user: string): Promise<unknown> {
  return harness.claude.with({ user }).messages.create(PARAMS);
}

async function askStream(user: string): Promise<void> {
  for await (const _ of await harness.claude.with({ user }).messages.create({ ...PARAMS, stream: true }));
}

/** Nobody holds anything while it waits. */
async function expectNoPermitOut(): Promise<void> {
  const { requests, tokens } = await limitsOf(harness);
  expect([requests.outstanding, tokens?.outstanding]).toEqual([0, 0]);
  expect((await harness.limiter.snapshot()).concurrency).toMatchObject([{ inFlight: 0 }]);
  expect(harness.circuits.snapshot().filter(({ permitsOut }) => permitsOut > 0)).toEqual([]);
}

fault(22, '429 with retry-after 2 s is waited for by every caller of the class, in the order they came', async () => {
  await boot(() => 0.999);
  harness.sim
    .onMessage()
    .failWith(throttled({ 'retry-after': '2' }))
    .once();
  const calls = [ask('told')];
  await untilQueued(harness, 1);
  for (const [index, name] of ['second', 'third', 'fourth'].entries()) {
    calls.push(name === 'third' ? askStream(name) : ask(name));
    await untilQueued(harness, index + 2);
  }
  expect((await limitsOf(harness)).closed).toMatchObject({ by: 'retry-after', forMs: 2_199.8 });
  await expectNoPermitOut();
  await harness.claude.with({ user: 'of another class' }).messages.create({ ...PARAMS, model: SONNET });
  still.advance(1_999);
  still.advance(201);
  await Promise.all(calls);

  expect(admitted).toEqual(['told', 'of another class', 'told', 'second', 'third', 'fourth']);
  expect(harness.records).toHaveLength(5);
  expect(new Set(harness.records.map(({ user }) => user))).toEqual(new Set(admitted));
  const again = harness.records
    .filter(({ user }) => user !== 'of another class')
    .map(({ attempts }) => attempts.at(-1));
  // Whoever had been let through too early would have begun at the first of the two steps.
  expect(again.map((attempt) => [attempt?.status, attempt?.queuedMs])).toEqual(again.map(() => [200, 2_200]));
  const told = harness.records.find(({ user }) => user === 'told');
  expect(told?.attempts).toMatchObject([
    { number: 1, status: 429, retryAfterMs: 2_000 },
    { number: 2, status: 200 },
  ]);
  expect(harness.clock.waits).toEqual([2_200]);
});

fault(
  23,
  '429 with retry-after 1 hour turns everybody of the class away at once, those who wait already too',
  async () => {
    await boot(() => 0.999);
    harness.sim
      .onMessage()
      .failWith(throttled({ 'retry-after': '3600' }))
      .after(1)
      .once();
    const told = rejection(ask('told'));
    await untilSent(harness, 1);
    harness.sim.onMessage().after(10).times(3);
    const others = ['a', 'b', 'c'].map(ask);
    await untilSent(harness, 4);
    // All that can be had at once is under way.
    const waiting = ['d', 'e'].map((name) => rejection(ask(name)));
    await untilQueued(harness, 2);
    simStill.advance(1);

    const error = await told;
    expect(error).toBeInstanceOf(RateLimitError);
    expect(toldBy(error, harness).failure).toMatchObject({ retryAfterMs: HOUR_MS, attempts: [{ retryDelayMs: null }] });
    const late = rejection(ask('f'));
    for (const refusal of await Promise.all([...waiting, late])) {
      expect(refusal).toBeInstanceOf(LimitExceededError);
      expect(refusal).toMatchObject({ reason: 'retry-after', retryAfterMs: HOUR_MS + 999 });
      expect(toldBy(refusal, harness).failure).toMatchObject({ attempts: [] });
    }
    expect([still.now(), (await limitsOf(harness)).queued]).toEqual([0, 0]);
    simStill.advance(9);
    await Promise.all(others);
    expect(harness.clock.held).toBe(0);
  },
);

fault(23, 'whoever comes back when it was told to is let through', async () => {
  await boot(() => 0.5);
  harness.sim
    .onMessage()
    .failWith(throttled({ 'retry-after': '3600' }))
    .once();
  await rejection(ask('told'));
  const refusal = (await rejection(ask('second'))) as LimitExceededError;
  still.advance(HOUR_MS / 2);
  expect(await rejection(ask('third'))).toMatchObject({ reason: 'retry-after', retryAfterMs: HOUR_MS / 2 + 500 });
  still.advance((refusal.retryAfterMs ?? NaN) - HOUR_MS / 2);
  await ask('second');
  expect(admitted).toEqual(['told', 'second']);
});

/** What the clock of the server says; ours is years behind. */
const SERVER_TIME = 'Thu, 01 Jan 2032 00:00:00 GMT';

/** What the server may ask for, and how long everybody is kept from asking again; `null` where it asked for nothing. */
const HINTS: readonly (readonly [headers: Record<string, string>, closedForMs: number | null])[] = [
  [{ 'retry-after': '2' }, 2_100],
  [{ 'retry-after': '2.5' }, 2_625],
  [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1_575],
  [{ 'retry-after-ms': '-1', 'retry-after': '2' }, 2_100],
  [{ 'retry-after': 'Thu, 01 Jan 2032 00:00:03 GMT' }, 3_150],
  [{ 'retry-after': 'Wed, 31 Dec 2031 23:59:00 GMT' }, null],
  ...['', '0', '-5', '-0.5', '1e3', '0x10', 'NaN', 'Infinity', 'soon', '9'.repeat(400), '2, 3'].map(
    (garbage) => [{ 'retry-after': garbage, 'retry-after-ms': garbage }, null] as const,
  ),
];

fault(
  24,
  'retry-after as a date, negative, or garbage keeps everybody waiting as long as it says, or nobody',
  async () => {
    await boot(() => 0.5, { retry: { budget: false } });
    for (const [headers, closedForMs] of HINTS) {
      harness.sim
        .onMessage()
        .failWith(throttled({ date: SERVER_TIME, ...headers }))
        .once();
      const waits = harness.clock.waits.length;
      const call = ask('told');
      await eventually(() => harness.clock.waits.length > waits, 'the next attempt was waited for', PATIENCE_MS);
      const { closed } = await limitsOf(harness);
      expect({ headers, closed }).toEqual({
        headers,
        closed: closedForMs === null ? null : { by: 'retry-after', forMs: closedForMs },
      });
      if (closedForMs === null) await ask('another');
      still.advance(harness.clock.waits.at(-1) ?? NaN);
      await call;
      // Nobody asked for a wait, so it is of our own choice, and not of everybody.
      const waitedMs = closedForMs ?? 500;
      const { attempts } = harness.record();
      expect({ headers, attempts }).toMatchObject({ headers, attempts: [{}, { startedAfterMs: waitedMs }] });
      expect(attempts[1]?.queuedMs).toBe(closedForMs ?? 0);
      // Whatever it took of the limits is there again.
      still.advance(60_000);
    }
  },
);

fault(24, 'what asks for more than anybody may wait turns callers away, with a time that is a number', async () => {
  await boot(() => 0.5);
  const hints = ['Thu, 01 Jan 2032 01:00:00 GMT', '9'.repeat(20)];
  for (const [index, hint] of hints.entries()) {
    harness.sim
      .onMessage()
      .failWith(throttled({ date: SERVER_TIME, 'retry-after': hint }))
      .once();
    expect(await rejection(ask('told'))).toBeInstanceOf(RateLimitError);
    const refusal = await rejection(ask('another'));
    expect(refusal).toMatchObject({ reason: 'retry-after', retryAfterMs: [HOUR_MS + 500, 1e23 + 500][index] });
    expect(harness.clock.waits).toEqual([]);
    await harness.limiter.resume({ model: PARAMS.model });
  }
  await ask('another');
});
