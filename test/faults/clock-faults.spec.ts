import { InternalServerError } from '@anthropic-ai/sdk';
import { CircuitOpenError } from 'nestjs-claude';
import { ManualClock } from 'nestjs-claude/testing';
import {
  bootClaude,
  eventually,
  FAST_RETRY,
  PARAMS,
  rejection,
  type ClaudeHarness,
} from '../support/claude-harness.js';
import { startServerThread, type ServerThread } from '../support/server-thread.js';
import { WatchedClock } from '../support/watched-clock.js';
import { expectNothingHeld, fault } from './support.js';

const HOUR_MS = 3_600_000;
/** An hour ahead, an hour behind, and back. */
const JUMPS_MS = [HOUR_MS, -2 * HOUR_MS, HOUR_MS];
const CIRCUIT = `default/${PARAMS.model}`;

let harness: ClaudeHarness;
let server: ServerThread | null = null;
afterEach(async () => {
  await expectNothingHeld(harness);
  await server?.stop();
  server = null;
});

/** On a clock that stands still; requests meet the simulator in real time all the same. */
async function bootStill(): Promise<ManualClock> {
  const still = new ManualClock();
  const world = { clock: new WatchedClock(still), random: () => 0.5 };
  harness = await bootClaude({ retry: {}, circuit: { consecutiveFailures: 1 } }, {}, world);
  return still;
}

fault(38, 'a circuit stays open exactly as long when the wall clock jumps', async () => {
  const clock = await bootStill();
  harness.sim.onMessage().failWith(500).once().thenReply('well').times(10);
  await rejection(harness.claude.messages.create(PARAMS, { maxRetries: 0 }));
  clock.advance(4_999);
  for (const jumpMs of JUMPS_MS) {
    harness.clock.setWall(jumpMs);
    const refusal = await rejection(harness.claude.messages.create(PARAMS));
    expect(refusal).toBeInstanceOf(CircuitOpenError);
    expect(refusal).toMatchObject({ retryAfterMs: 1 });
  }
  clock.advance(1);
  await harness.claude.messages.create(PARAMS);
  for (const jumpMs of JUMPS_MS) {
    harness.clock.setWall(jumpMs);
    expect(harness.circuits.circuit(CIRCUIT).snapshot()).toMatchObject({ state: 'half-open', openings: 1 });
  }
  await harness.claude.messages.create(PARAMS);
  expect(harness.circuits.circuit(CIRCUIT).state).toBe('closed');
});

fault(38, 'a retry waits exactly as long, also until a date, which is read against that of the answer', async () => {
  const clock = await bootStill();
  const hint = { date: 'Thu, 01 Jan 2032 00:00:00 GMT', 'retry-after': 'Thu, 01 Jan 2032 00:00:02 GMT' };
  harness.sim.onMessage().failWith({ kind: 'status', status: 429, headers: hint }).once();
  harness.clock.setWall(HOUR_MS);
  const call = harness.claude.messages.create(PARAMS);
  await eventually(() => harness.clock.waits.length === 1, 'a wait was asked for');
  expect(harness.clock.waits).toEqual([2_100]);
  clock.advance(2_099);
  for (const jumpMs of JUMPS_MS) harness.clock.setWall(jumpMs);
  expect(harness.clock.held).toBe(1);
  clock.advance(1);
  await call;
  expect(harness.record()).toMatchObject({ durationMs: 2_100, attempts: [{ retryDelayMs: 2_100 }, { status: 200 }] });
});

fault(38, 'a retry budget is not refilled by it', async () => {
  const budget = { maxTokens: 1, tokensPerCall: 0, tokensPerMinute: 60 };
  harness = await bootClaude({ retry: { ...FAST_RETRY, budget }, circuit: false, rateLimit: false });
  harness.sim.onMessage().failWith(500);
  for (const jumpMs of [0, ...JUMPS_MS]) {
    harness.clock.setWall(jumpMs);
    expect(await rejection(harness.claude.messages.create(PARAMS))).toBeInstanceOf(InternalServerError);
  }
  expect(harness.records.map(({ attempts }) => attempts.length)).toEqual([2, 1, 1, 1]);
});

fault(38, 'a stream that runs meanwhile is neither ended nor kept', async () => {
  harness = await bootClaude({ timeouts: { deadlineMs: 2_000, firstEventMs: 500, idleMs: 500, contentIdleMs: 500 } });
  harness.sim.onMessage().reply('one two three four five six').failWith({ kind: 'slowStream', perEventMs: 10 });
  const jumps = [...JUMPS_MS];
  for await (const _ of await harness.claude.messages.create({ ...PARAMS, stream: true })) {
    harness.clock.setWall(jumps.shift() ?? 0);
  }
  expect(harness.record()).toMatchObject({ outcome: { kind: 'succeeded' }, attempts: [{ failure: null }] });
  expect(harness.record().durationMs).toBeLessThan(2_000);
});

const QUIET_MS = 1_000;
const BLOCKED_MS = 1_500;

/** Nothing else of this thread runs meanwhile. */
function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_MS);
}

/** Answers whatever becomes of this thread: after 50 ms, or with a stream of as many pieces as are wanted, one every 25 ms. */
const SERVER = `
  const usage = { input_tokens: 5, output_tokens: 1 };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, usage };
  const eventsOf = (pieces) => [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...Array.from({ length: Number(pieces) }, () => ({
      type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'word ' },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
    { type: 'message_stop' },
  ];
  const server = http.createServer((request, response) => {
    request.resume();
    const pieces = request.headers['x-pieces'];
    if (pieces === undefined) {
      response.writeHead(200, { 'content-type': 'application/json' });
      setTimeout(() => response.end(JSON.stringify({ ...message, stop_reason: 'end_turn' })), 50);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const left = eventsOf(pieces);
    const timer = setInterval(() => {
      const event = left.shift();
      if (event === undefined) return clearInterval(timer), response.end();
      response.write('event: ' + event.type + '\\ndata: ' + JSON.stringify(event) + '\\n\\n');
    }, 25);
    response.on('close', () => clearInterval(timer));
  });`;

/** The module before a server in another thread, with little patience for it. */
async function bootImpatient(): Promise<void> {
  const { url } = (server = await startServerThread(SERVER));
  const quiet = { firstEventMs: QUIET_MS, idleMs: QUIET_MS, contentIdleMs: QUIET_MS };
  harness = await bootClaude({ timeouts: { ...quiet, attemptMs: QUIET_MS } }, {}, { baseURL: () => url });
}

function streamOf(pieces: number): Promise<AsyncIterable<unknown>> {
  return harness.claude.messages.create({ ...PARAMS, stream: true }, { headers: { 'x-pieces': String(pieces) } });
}

/** The call was blocked for long, and neither it nor the circuit was any the worse for it. */
function expectNoHarm(): void {
  expect(harness.record()).toMatchObject({
    outcome: { kind: 'succeeded' },
    attempts: [{ failure: null, usage: { quality: 'complete' } }],
  });
  expect(harness.record().durationMs).toBeGreaterThan(BLOCKED_MS);
  expect(harness.circuits.snapshot().filter(({ failures, slow }) => failures + slow > 0)).toEqual([]);
}

/** Now, or right before the event loop looks for timers that are due. */
const BLOCKS: readonly (() => void)[] = [block, () => void setImmediate(block)];

fault(40, 'an event loop that is blocked before an answer makes no false time-out', async () => {
  await bootImpatient();
  for (const blockIn of BLOCKS) {
    const call = harness.claude.messages.create(PARAMS);
    setTimeout(blockIn, 20);
    await call;
    expectNoHarm();
  }
});

fault(40, 'nor does one that is blocked before the first event of a stream', async () => {
  await bootImpatient();
  for (const blockIn of BLOCKS) {
    const call = streamOf(2);
    setTimeout(blockIn, 20);
    for await (const _ of await call);
    expectNoHarm();
  }
});

fault(40, 'nor in the middle of one, by its reader or somebody else', async () => {
  await bootImpatient();
  let events = 0;
  for await (const _ of await streamOf(150)) {
    // What arrives meanwhile is 60 events, so the second block begins when the stream runs on time again.
    if (events === 3) block();
    if (events === 73) setImmediate(block);
    events += 1;
  }
  expectNoHarm();
});
