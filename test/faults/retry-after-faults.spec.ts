import { RateLimitError } from '@anthropic-ai/sdk';
import { ManualClock, type Fault } from 'nestjs-claude/testing';
import { bootClaude, eventually, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { WatchedClock } from '../support/watched-clock.js';
import { expectNothingHeld, fault, toldBy } from './support.js';

const CIRCUIT = `default/${PARAMS.model}`;

let harness: ClaudeHarness;
beforeEach(async () => {
  harness = await bootClaude();
});
afterEach(() => expectNothingHeld(harness));

const create = (): Promise<unknown> => harness.claude.messages.create(PARAMS);

/** Asks in another way, and reads the whole answer. */
async function stream(): Promise<void> {
  for await (const _ of await harness.claude.messages.create({ ...PARAMS, stream: true }));
}

function throttled(hint: Omit<Extract<Fault, { readonly kind: 'status' }>, 'kind' | 'status'>): Fault {
  return { kind: 'status', status: 429, ...hint };
}

/** On a clock that stands still; requests meet the simulator in real time all the same. */
async function bootStill(random = (): number => 0.5): Promise<ManualClock> {
  const still = new ManualClock();
  const options = { retry: { budget: false as const }, circuit: { consecutiveFailures: 1 }, rateLimit: false as const };
  harness = await bootClaude(options, {}, { clock: new WatchedClock(still), random });
  return still;
}

/** Until so many waits have been asked for. */
function waits(count: number): Promise<void> {
  return eventually(() => harness.clock.waits.length === count, `${count} waits were asked for`);
}

/** Gives whatever is due the time to be sent. */
async function requests(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return harness.sim.requests.length;
}

fault(22, '429 with retry-after 2 s is waited for, a tenth longer at the most', async () => {
  const clock = await bootStill(() => 0.999);
  harness.sim
    .onMessage()
    .failWith(throttled({ retryAfter: 2 }))
    .once();
  const call = create();
  await waits(1);
  clock.advance(1_999);
  expect(await requests()).toBe(1);
  clock.advance(201);
  await call;
  const [first, second] = harness.record().attempts;
  expect(first).toMatchObject({ status: 429, retryAfterMs: 2_000, retryDelayMs: harness.clock.waits[0] });
  expect(first?.retryDelayMs).toBeGreaterThanOrEqual(2_000);
  expect(first?.retryDelayMs).toBeLessThanOrEqual(2_200);
  expect(second?.startedAfterMs).toBeGreaterThanOrEqual(2_000);
});

fault(22, 'a probe that waits gives its place to others', async () => {
  const clock = await bootStill();
  harness.sim
    .onMessage()
    .failWith(500)
    .once()
    .thenFailWith(throttled({ retryAfter: 2 }))
    .once()
    .thenReply('well');
  await rejection(harness.claude.messages.create(PARAMS, { maxRetries: 0 }));
  clock.advance(6_000);
  const probe = create();
  await waits(1);
  const { circuits } = harness;
  expect(circuits.circuit(CIRCUIT).snapshot()).toMatchObject({ state: 'half-open', permitsOut: 0 });
  await create();
  await create();
  expect(circuits.circuit(CIRCUIT).state).toBe('closed');
  expect(harness.records).toHaveLength(3);
  clock.advance(2_200);
  await probe;
});

fault(22, 'of two callers the one that was told earlier goes first, as far as jitter allows', async () => {
  const jitter = [0.999, 0];
  const clock = await bootStill(() => jitter.shift() ?? 0.5);
  harness.sim
    .onMessage()
    .failWith(throttled({ retryAfter: 2 }))
    .times(2)
    .thenReply('well');
  const calls = [harness.claude.with({ user: 'early' }).messages.create(PARAMS)];
  await waits(1);
  clock.advance(250);
  calls.push(harness.claude.with({ user: 'late' }).messages.create(PARAMS));
  await waits(2);
  // The early one waits until 2,199.8 ms after the start, the late one until 2,250.
  clock.advance(1_950);
  expect(await requests()).toBe(3);
  clock.advance(50);
  await Promise.all(calls);
  expect(harness.records.map(({ user }) => user)).toEqual(['early', 'late']);
});
fault(23, '429 with retry-after 1 hour fails at once, with the hint, though there were time for it', async () => {
  harness = await bootClaude({ timeouts: { deadlineMs: 7_200_000 }, rateLimit: false });
  harness.sim.onMessage().failWith(throttled({ retryAfter: 3_600 }));
  for (const ask of [create, stream]) {
    const error = await rejection(ask());
    expect({ waits: harness.clock.waits, timers: harness.clock.held }).toEqual({ waits: [], timers: 0 });
    expect(error).toBeInstanceOf(RateLimitError);
    const { failure, meaning } = toldBy(error, harness);
    expect(failure).toMatchObject({ retryAfterMs: 3_600_000, requestId: expect.stringMatching(/^req_/) });
    expect(failure.attempts).toMatchObject([{ retryAfterMs: 3_600_000, retryDelayMs: null, usage: null }]);
    expect(meaning).toMatchObject({ kind: 'throttled', fault: 'limit-domain' });
  }
});

fault(23, 'so does one that asks for more time than the call has', async () => {
  harness = await bootClaude({ timeouts: { deadlineMs: 1_500 } });
  harness.sim.onMessage().failWith(throttled({ retryAfter: 2 }));
  const error = await rejection(create());
  expect(error).toBeInstanceOf(RateLimitError);
  expect(toldBy(error, harness).failure).toMatchObject({ attempts: [{ retryDelayMs: null }], retryAfterMs: 2_000 });
  expect(harness.clock.waits).toEqual([]);
});
/** What the clock of the server says; ours is years behind. */
const SERVER_TIME = 'Thu, 01 Jan 2032 00:00:00 GMT';
/** Half of what a 429 without a hint waits at the most, first and second time. */
const IGNORED = [500, 1_000];
const REFUSED: number[] = [];
const twice = (hintMs: number): number[] => [hintMs * 1.05, hintMs * 1.05];

const HINTS: readonly (readonly [headers: Record<string, string>, waits: number[]])[] = [
  [{ 'retry-after': '2' }, twice(2_000)],
  [{ 'retry-after': '2.5' }, twice(2_500)],
  [{ 'retry-after-ms': '1500', 'retry-after': '9' }, twice(1_500)],
  [{ 'retry-after-ms': '-1', 'retry-after': '2' }, twice(2_000)],
  [{ 'retry-after': 'Thu, 01 Jan 2032 00:00:03 GMT' }, twice(3_000)],
  [{ 'retry-after': 'Thu, 01 Jan 2032 01:00:00 GMT' }, REFUSED],
  [{ 'retry-after': '9'.repeat(20) }, REFUSED],
  [{ 'retry-after': 'Wed, 31 Dec 2031 23:59:00 GMT' }, IGNORED],
  ...['', '0', '-5', '-0.5', '1e3', '0x10', 'NaN', 'Infinity', 'soon', '9'.repeat(400), '2, 3'].map(
    (garbage) => [{ 'retry-after': garbage, 'retry-after-ms': garbage }, IGNORED] as const,
  ),
];

fault(24, 'retry-after as a date, negative, or garbage is read, held against the limit, or ignored', async () => {
  const clock = await bootStill();
  for (const [headers, expected] of HINTS) {
    const before = harness.clock.waits.length;
    harness.sim.onMessage().failWith(throttled({ headers: { date: SERVER_TIME, ...headers } }));
    const call = rejection(create());
    for (let waited = 1; waited <= expected.length; waited += 1) {
      await waits(before + waited);
      clock.advance(harness.clock.waits.at(-1) ?? NaN);
    }
    expect(await call).toBeInstanceOf(RateLimitError);
    expect({ headers, waits: harness.clock.waits.slice(before) }).toEqual({ headers, waits: expected });
    expect(harness.record().attempts).toHaveLength(expected.length + 1);
  }
});
