import { APIConnectionError, APIUserAbortError } from '@anthropic-ai/sdk';
import type { MessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import { ProtocolError, StreamInterruptedError, StreamStalledError } from 'nestjs-claude';
import type { Fault } from 'nestjs-claude/testing';
import { bootClaude, eventually, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { expectNothingHeld, fault } from './support.js';

const TEXT = 'Grüße vom Meer 🌊: one two three four five six seven eight nine ten eleven twelve.';
const SHORT = { firstEventMs: 120, idleMs: 80, contentIdleMs: 160 };

let harness: ClaudeHarness;
beforeEach(async () => {
  harness = await bootClaude();
});
afterEach(() => expectNothingHeld(harness));

function script(broken: Fault): void {
  harness.sim.onMessage().reply(TEXT).failWith(broken);
}

interface Read {
  readonly events: MessageStreamEvent[];
  readonly text: string;
  readonly error: Error | null;
}

/** Reads a streamed `create` to whatever end it has. */
async function read(): Promise<Read> {
  const events: MessageStreamEvent[] = [];
  let error: Error | null = null;
  try {
    for await (const event of await harness.claude.messages.create({ ...PARAMS, stream: true })) events.push(event);
  } catch (thrown) {
    error = thrown as Error;
  }
  const texts = events.map((event) =>
    event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : '',
  );
  return { events, text: texts.join(''), error };
}

fault(6, '200 headers, then silence: an idle watchdog ends it, and an estimate is booked', async () => {
  harness = await bootClaude({ timeouts: SHORT });
  script({ kind: 'stallAfterHeaders' });
  const { error } = await read();
  expect(error).toBeInstanceOf(StreamStalledError);
  expect(harness.record()).toMatchObject({
    outcome: { kind: 'failed', error: { type: 'StreamStalledError', code: 'stream_stalled' } },
    usage: { quality: 'estimated', outputTokens: 0 },
  });
  expect(harness.record().usage?.inputTokens).toBeGreaterThan(0);
  expect(harness.record().attempts).toHaveLength(3);
});

fault(7, 'reset after some deltas: an error with the partial text, partial usage, no retry', async () => {
  script({ kind: 'resetMidStream', afterDeltas: 3 });
  const { text, error, events } = await read();
  expect(error).toBeInstanceOf(StreamInterruptedError);
  const { partial } = error as StreamInterruptedError;
  expect(text).not.toBe('');
  expect(TEXT.startsWith(partial.text)).toBe(true);
  expect(partial.text.startsWith(text)).toBe(true);
  expect(partial.message).toMatchObject({ role: 'assistant', content: [{ type: 'text', text: partial.text }] });
  expect(events.at(-1)?.type).toBe('content_block_delta');
  harness.sim.assertCalled({ times: 1 });
  expect(harness.record()).toMatchObject({ outcome: { kind: 'failed' }, usage: { quality: 'partial' } });
  const billed = harness.sim.requests[0]?.billed;
  expect(harness.record().usage?.inputTokens).toBe(billed?.input_tokens);
  expect(harness.record().usage?.outputTokens).toBeGreaterThan(0);
});

fault(7, 'the same through the stream helper', async () => {
  script({ kind: 'resetMidStream', afterDeltas: 3 });
  const error = await rejection(harness.claude.messages.stream(PARAMS).finalMessage());
  expect(error).toBeInstanceOf(StreamInterruptedError);
});

fault(8, 'a clean end before `message_stop` is an error', async () => {
  script({ kind: 'truncateStream', afterDeltas: 3 });
  const { error } = await read();
  expect(error).toBeInstanceOf(StreamInterruptedError);
  expect(error?.message).toContain('before its `message_stop` event');
  harness.sim.assertCalled({ times: 1 });
  expect(harness.record()).toMatchObject({ usage: { quality: 'partial' } });
});

fault(8, 'so is a connection closed in the middle of the body', async () => {
  script({ kind: 'truncateBody', afterDeltas: 2 });
  expect((await read()).error).toBeInstanceOf(StreamInterruptedError);
});

fault(9, 'a reset before any event is retried, and billed once', async () => {
  harness.sim.onMessage().reply(TEXT).failWith({ kind: 'resetBeforeHeaders' }).once().thenReply(TEXT);
  const { text, error } = await read();
  expect({ text, error }).toEqual({ text: TEXT, error: null });
  expect(harness.record().attempts).toHaveLength(2);
  expect(harness.sim.billed.messages).toHaveLength(1);
});

fault(9, 'and ends in a connection error when it stays', async () => {
  script({ kind: 'resetBeforeHeaders' });
  expect((await read()).error).toBeInstanceOf(APIConnectionError);
  harness.sim.assertCalled({ times: 3 });
});

fault(
  9,
  'a stream that breaks after its headers, before any content, is retried, and ends in a connection error',
  async () => {
    harness.sim.onMessage().reply(TEXT).failWith({ kind: 'resetMidStream', afterDeltas: 0 }).once().thenReply(TEXT);
    expect(await read()).toMatchObject({ text: TEXT, error: null });
    script({ kind: 'corruptGzip' });
    expect((await read()).error).toBeInstanceOf(APIConnectionError);
  },
);

fault(10, 'an error event in mid-stream is a typed error, with partial usage', async () => {
  script({ kind: 'errorEvent', type: 'overloaded_error', afterDeltas: 3 });
  const { error, text } = await read();
  expect(error).toMatchObject({ type: 'overloaded_error' });
  expect(text).not.toBe('');
  harness.sim.assertCalled({ times: 1 });
  expect(harness.record()).toMatchObject({
    outcome: { kind: 'failed', error: { type: 'overloaded_error' } },
    usage: { quality: 'partial' },
  });
});

fault(11, 'nothing but pings ends although bytes arrive', async () => {
  harness = await bootClaude({ timeouts: SHORT });
  script({ kind: 'pingsOnly', everyMs: 20 });
  const { error } = await read();
  expect(error).toBeInstanceOf(StreamStalledError);
  expect(error?.message).toMatch(/nothing but pings/);
});

fault(12, 'events split over many segments, in the middle of characters, read the same', async () => {
  const whole = await readWith({ kind: 'splitBytes', chunkBytes: 1_000_000 });
  for (const chunkBytes of [1, 3, 7]) {
    const split = await readWith({ kind: 'splitBytes', chunkBytes });
    expect(split.text).toBe(TEXT);
    expect(split.events.map(({ type }) => type)).toEqual(whole.events.map(({ type }) => type));
  }
  expect(harness.records.map(({ usage }) => usage)).toEqual(harness.records.map(() => harness.records[0]?.usage));
});

async function readWith(broken: Fault): Promise<Read> {
  script(broken);
  return read();
}

fault(13, 'unknown events and block types pass', async () => {
  script({ kind: 'unknownEvents' });
  const { text, error } = await read();
  expect({ text, error }).toEqual({ text: TEXT, error: null });
  expect(harness.record()).toMatchObject({ outcome: { kind: 'succeeded' }, usage: { quality: 'complete' } });
});

fault(14, 'malformed JSON in an event is a protocol error, and what came is billed', async () => {
  script({ kind: 'malformedEvent', afterDeltas: 3 });
  const { error } = await read();
  expect(error).toBeInstanceOf(ProtocolError);
  expect(harness.record()).toMatchObject({
    outcome: { kind: 'failed', error: { code: 'protocol_error' } },
    usage: { quality: 'partial' },
  });
});

fault(16, 'an event of 10 MB is refused', async () => {
  script({ kind: 'hugeEvent', bytes: 10 * 1024 * 1024 });
  const { error } = await read();
  expect(error).toBeInstanceOf(ProtocolError);
  expect(error?.message).toContain('maxEventBytes');
});

fault(17, 'an abort before headers closes the connection at once', async () => {
  script({ kind: 'hang' });
  const controller = new AbortController();
  const call = rejection(harness.claude.messages.create({ ...PARAMS, stream: true }, { signal: controller.signal }));
  await eventually(() => harness.sim.activeRequests === 1, 'the request arrived');
  controller.abort();
  const abortedAt = performance.now();
  await eventually(() => harness.sim.activeRequests === 0, 'the request ended');
  expect(performance.now() - abortedAt).toBeLessThan(200);
  expect(await call).toBeInstanceOf(APIUserAbortError);
  expect(harness.record().outcome).toEqual({ kind: 'abandoned', at: 'before-answer' });
});

fault(18, 'an abort in mid-stream that nobody awaits raises nothing, and is billed in part', async () => {
  harness.sim.onMessage().reply(TEXT).failWith({ kind: 'slowStream', perEventMs: 15 });
  const stream = harness.claude.messages.stream(PARAMS);
  await new Promise<void>((resolve) => void stream.once('text', () => resolve()));
  stream.abort();
  await eventually(() => harness.records.length === 1, 'the call was settled');
  expect(harness.record()).toMatchObject({
    outcome: { kind: 'abandoned', at: 'during-answer' },
    usage: { quality: 'partial' },
  });
  await eventually(() => harness.sim.requests[0]?.outcome === 'clientAborted', 'the upstream saw it');
});

fault(19, 'a signal that is aborted already makes no request', async () => {
  const create = harness.claude.messages.create({ ...PARAMS, stream: true }, { signal: AbortSignal.abort() });
  await expect(create).rejects.toBeInstanceOf(APIUserAbortError);
  harness.sim.assertNotCalled();
});

fault(20, 'a consumer that stops iterating closes the upstream', async () => {
  harness.sim.onMessage().reply(TEXT).failWith({ kind: 'slowStream', perEventMs: 15 });
  for await (const event of await harness.claude.messages.create({ ...PARAMS, stream: true })) {
    if (event.type === 'content_block_delta') break;
  }
  await eventually(() => harness.sim.requests[0]?.outcome === 'clientAborted', 'the upstream saw it');
  expect(harness.record()).toMatchObject({
    outcome: { kind: 'abandoned', at: 'during-answer' },
    usage: { quality: 'partial' },
  });
});

fault(21, 'a consumer that pauses for longer than silence is allowed is not taken for a silent upstream', async () => {
  harness = await bootClaude({ timeouts: { firstEventMs: 2_000, idleMs: 600, contentIdleMs: 900 } });
  harness.sim.onMessage().reply('many words '.repeat(20_000)).once();
  let events = 0;
  for await (const _ of await harness.claude.messages.create({ ...PARAMS, max_tokens: 128_000, stream: true })) {
    if (events++ === 0) await new Promise((resolve) => setTimeout(resolve, 1_500));
  }
  expect(harness.record()).toMatchObject({ outcome: { kind: 'succeeded' } });
});

fault(21, 'a consumer slower than the upstream holds it back', async () => {
  harness = await bootClaude({ timeouts: { idleMs: 5_000 } });
  harness.sim.onMessage().reply('many words '.repeat(40_000)).once();
  const before = process.memoryUsage();
  const stream = await harness.claude.messages.create(
    { ...PARAMS, max_tokens: 128_000, stream: true },
    { timeout: 20_000 },
  );
  let events = 0;
  for await (const _ of stream) {
    if (events++ === 0) await new Promise((resolve) => setTimeout(resolve, 150));
    if (events === 1) {
      const grown = process.memoryUsage().arrayBuffers - before.arrayBuffers;
      expect(grown).toBeLessThan(8 * 1024 * 1024);
    }
  }
  expect(events).toBeGreaterThan(10_000);
  expect(harness.record()).toMatchObject({ outcome: { kind: 'succeeded' }, usage: { quality: 'complete' } });
});
