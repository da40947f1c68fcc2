import { failureOf, ShuttingDownError } from 'nestjs-claude';
import type { ManualClock } from 'nestjs-claude/testing';
import { bootClaude, eventually, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { bootLimits, untilQueued, untilSent } from '../support/limit-harness.js';
import { expectNothingHeld, fault } from './support.js';

const GRACE_MS = 30_000;
const STREAM = { ...PARAMS, stream: true } as const;
const STREAMS = 20;
const QUEUED = 50;
/** All streams at once, and nobody else for as long as the clock stands still. */
const FULL = { requestsPerMinute: 600, burst: { requests: STREAMS }, tokensPerMinute: 1_000_000 };

let harness: ClaudeHarness;
/** What the module goes by. */
let still: ManualClock;
/** What the simulator goes by. */
let simStill: ManualClock;
afterEach(() => expectNothingHeld(harness));

const create = (): Promise<unknown> => harness.claude.messages.create(PARAMS);

/** How far a stream was read. */
interface Reading {
  deltas: number;
  last: string;
  error: Error | null;
}

function newReading(): Reading {
  return { deltas: 0, last: '', error: null };
}

async function read(reading: Reading): Promise<void> {
  try {
    for await (const { type } of await harness.claude.messages.create(STREAM)) {
      if (type === 'content_block_delta') reading.deltas += 1;
      reading.last = type;
    }
  } catch (error) {
    reading.error = error as Error;
  }
}

/** Lets every stream go on by one event. */
async function streamOn(): Promise<void> {
  const { sim } = harness;
  await eventually(
    () => simStill.pendingTimers === sim.activeRequests,
    'every stream had sent its last event',
    PATIENCE_MS,
  );
  simStill.advance(EVENT_MS);
}

const EVENT_MS = 1_000;
const PATIENCE_MS = 10_000;

interface Rush {
  readonly readings: readonly Reading[];
  readonly streams: Promise<unknown>;
  readonly waiting: Promise<Error[]>;
}

/** Streams in the middle of their answers, and calls that wait behind them. */
async function startRush(): Promise<Rush> {
  const booted = await bootLimits(FULL, { shutdownGraceMs: GRACE_MS });
  harness = booted;
  ({ still, simStill } = booted);
  harness.sim
    .onMessage()
    .reply('one two three four five six seven eight nine ten eleven twelve')
    .failWith({ kind: 'slowStream', perEventMs: EVENT_MS });
  const readings = Array.from({ length: STREAMS }, newReading);
  const streams = Promise.all(readings.map(read));
  await untilSent(harness, STREAMS);
  // A ping, and two events of content.
  for (let event = 0; event < 3; event++) await streamOn();
  await eventually(() => readings.every(({ deltas }) => deltas > 0), 'all streams were under way', PATIENCE_MS);
  const waiting = Promise.all(Array.from({ length: QUEUED }, () => rejection(create())));
  await untilQueued(harness, QUEUED);
  return { readings, streams, waiting };
}

/** Those who wait are turned away without any delay, and so is whoever comes now. */
async function expectTurnedAway(waiting: Promise<Error[]>): Promise<void> {
  const errors = [...(await waiting), await rejection(create())];
  expect(errors.filter((error) => !(error instanceof ShuttingDownError))).toEqual([]);
  expect(harness.records.map(({ outcome }) => outcome)).toEqual(
    errors.map(() => ({ kind: 'refused', code: 'shutting_down' })),
  );
  expect(harness.records.filter(({ attempts }) => attempts.length > 0)).toEqual([]);
  expect(harness.claude.activeCalls).toBe(STREAMS);
}

fault(39, 'a shutdown turns away those who wait and lets the streams that run come to their end', async () => {
  const { readings, streams, waiting } = await startRush();
  const closing = harness.close();
  await expectTurnedAway(waiting);
  still.advance(GRACE_MS - 1);
  while (harness.sim.activeRequests > 0) await streamOn();
  await streams;
  await closing;
  expect(readings.map(({ last, error }) => ({ last, error }))).toEqual(
    readings.map(() => ({ last: 'message_stop', error: null })),
  );
  expect(harness.sim.requests).toHaveLength(STREAMS);
});

fault(39, 'it ends the streams that outlast its deadline, with what had come of them', async () => {
  const { readings, streams, waiting } = await startRush();
  const closing = harness.close();
  await expectTurnedAway(waiting);
  still.advance(GRACE_MS - 1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(harness.claude.activeCalls).toBe(STREAMS);
  still.advance(1);
  await streams;
  await closing;
  for (const { last, error } of readings) {
    expect([last, error]).toEqual(['content_block_delta', expect.any(ShuttingDownError)]);
    const partial = failureOf(error)?.partial;
    expect(partial?.text).toMatch(/^one/);
    expect(partial?.usage).toMatchObject({ quality: 'partial' });
  }
  const streamed = harness.records.filter(({ stream }) => stream);
  expect(streamed).toHaveLength(STREAMS);
  expect(streamed.filter(({ outcome, usage }) => outcome.kind !== 'failed' || usage?.quality !== 'partial')).toEqual(
    [],
  );
});

/** What keeps the process from ending. */
function keepsRunning(): string {
  const kinds = process.getActiveResourcesInfo().filter((kind) => /^(?:TCP|TLS|Timeout|Immediate)/.test(kind));
  return kinds.toSorted().join(' ');
}

fault(
  39,
  'it leaves nothing that would keep the process from ending',
  async () => {
    await eventually(() => !keepsRunning().includes('TCP'), 'nothing was left of other tests', PATIENCE_MS);
    const before = keepsRunning();
    harness = await bootClaude({ rateLimit: { ...FULL, maxConcurrent: 4 }, shutdownGraceMs: 50 });
    harness.sim.onMessage().failWith({ kind: 'stallMidStream', afterDeltas: 1 });
    const readings = Array.from({ length: 4 }, newReading);
    const streams = Promise.all(readings.map(read));
    await eventually(() => readings.every(({ deltas }) => deltas > 0), 'all streams were under way', PATIENCE_MS);
    const waiting = Promise.all(Array.from({ length: QUEUED }, () => rejection(create())));
    await untilQueued(harness, QUEUED);
    expect(keepsRunning()).toContain('TCP');
    await harness.close();
    await streams;
    expect([...(await waiting), ...readings.map(({ error }) => error)]).toEqual(
      Array.from({ length: QUEUED + 4 }, () => expect.any(ShuttingDownError) as unknown),
    );
    await eventually(() => keepsRunning() === before, 'nothing was left', PATIENCE_MS);
  },
  30_000,
);
