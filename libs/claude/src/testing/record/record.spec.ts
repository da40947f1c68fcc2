import { inspect } from 'node:util';
import { ManualClock } from '../clock/manual-clock.js';
import type { Fault } from '../faults/fault.js';
import { clientOf, HELLO, KEY, rejectionOf, send, startSimulator } from '../spec-support/harness.js';
import type { AnthropicSimulator } from '../simulator.js';

const STREAM = { ...HELLO, stream: true } as const;
const ANSWER = 'x'.repeat(160);
const ANSWER_TOKENS = 40;
const DELTA_TOKENS = 4;
const INPUT_TOKENS = 6;

/** Reads a stream until it ends or breaks. */
async function drain(simulator: AnthropicSimulator): Promise<void> {
  try {
    for await (const _ of await clientOf(simulator).messages.create(STREAM));
  } catch {
    // What is looked at is what the simulator makes of it.
  }
}

describe('the record of requests', () => {
  it('holds everything but the key', async () => {
    const clock = new ManualClock(1_000);
    const simulator = await startSimulator({ clock, apiKeys: ['other', KEY] });
    await clientOf(simulator).messages.create(HELLO, { headers: { 'x-custom': 'yes' } });
    const request = simulator.lastRequest();
    expect(request).toMatchObject({
      requestId: expect.stringMatching(/^req_/) as string,
      method: 'POST',
      path: '/v1/messages',
      query: '',
      headers: { 'x-custom': 'yes', authorization: expect.stringMatching(/^Bearer sha256:[0-9a-f]{12}$/) as string },
      apiKeyIndex: 1,
      apiKeyFingerprint: expect.stringMatching(/^sha256:/) as string,
      body: HELLO,
      model: HELLO.model,
      stream: false,
      receivedAtMs: 1_000,
      status: 200,
      outcome: 'completed',
      fault: null,
      billed: { input_tokens: INPUT_TOKENS },
    });
    expect(inspect(simulator.requests, { depth: null })).not.toContain(KEY);
  });

  it('hides a key that was refused, in either header', async () => {
    const simulator = await startSimulator({ apiKeys: ['good'] });
    await send(simulator, '/v1/models', {
      headers: { authorization: 'Bearer bad-secret', 'x-api-key': 'worse-secret' },
    });
    expect(inspect(simulator.requests, { depth: null })).not.toMatch(/bad-secret|worse-secret/);
  });

  it('holds neither headers nor bodies at level usage', async () => {
    const simulator = await startSimulator({ record: 'usage' });
    await clientOf(simulator).messages.create(HELLO);
    expect(simulator.lastRequest()).toMatchObject({ headers: {}, body: undefined, model: HELLO.model, status: 200 });
    expect(simulator.billed.messages).toHaveLength(1);
  });

  it('holds nothing at level none, and still adds up', async () => {
    const simulator = await startSimulator({ record: 'none' });
    await clientOf(simulator).messages.create(HELLO);
    expect([simulator.requests, simulator.billed.messages]).toEqual([[], []]);
    expect(simulator.billed.totals).toMatchObject({ messages: 1, inputTokens: INPUT_TOKENS });
  });

  it('is emptied by reset', async () => {
    const simulator = await startSimulator();
    await clientOf(simulator).messages.create(HELLO);
    simulator.reset();
    expect([simulator.requests.length, simulator.billed.messages.length, simulator.billed.totals.messages]).toEqual([
      0, 0, 0,
    ]);
  });
});

describe('billing', () => {
  it('is what the answer says', async () => {
    const simulator = await startSimulator();
    const { id, usage, model } = await clientOf(simulator).messages.create(HELLO);
    const { requestId } = simulator.lastRequest();
    expect(simulator.billed.messages).toEqual([{ requestId, messageId: id, model, usage, isComplete: true }]);
    expect(simulator.lastRequest().billed).toEqual(usage);
  });

  it('adds up by kind of token', async () => {
    const simulator = await startSimulator({ clock: new ManualClock() });
    const client = clientOf(simulator);
    const system = [
      {
        type: 'text' as const,
        text: 'x'.repeat(400),
        cache_control: { type: 'ephemeral' as const, ttl: '1h' as const },
      },
    ];
    simulator.onMessage().reply(ANSWER);
    await client.messages.create({ ...HELLO, system });
    await client.messages.stream({ ...HELLO, system }).finalMessage();
    expect(simulator.billed.totals).toEqual({
      messages: 2,
      inputTokens: 2 * INPUT_TOKENS,
      cacheReadInputTokens: 100,
      cacheWrite5mInputTokens: 0,
      cacheWrite1hInputTokens: 100,
      outputTokens: 2 * ANSWER_TOKENS,
    });
  });

  it.each<[Fault, number]>([
    [{ kind: 'resetMidStream', afterDeltas: 3 }, 3 * DELTA_TOKENS],
    [{ kind: 'resetMidStream', afterDeltas: 0 }, 0],
    [{ kind: 'truncateStream', afterDeltas: 5 }, 5 * DELTA_TOKENS],
    [{ kind: 'truncateBody', afterDeltas: 2 }, 2 * DELTA_TOKENS],
    [{ kind: 'malformedEvent', afterDeltas: 4 }, 4 * DELTA_TOKENS],
    [{ kind: 'errorEvent', afterDeltas: 6 }, 6 * DELTA_TOKENS],
    [{ kind: 'malformedJson' }, ANSWER_TOKENS],
    [{ kind: 'emptyBody' }, ANSWER_TOKENS],
    [{ kind: 'unknownEvents' }, ANSWER_TOKENS],
    [{ kind: 'splitBytes', chunkBytes: 100 }, ANSWER_TOKENS],
  ])('of a stream with %j is its input and %i output tokens', async (fault, outputTokens) => {
    const simulator = await startSimulator();
    simulator.onMessage().reply(ANSWER).failWith(fault);
    await drain(simulator);
    await simulator.whenIdle({ allowKeepAlive: true });
    expect(simulator.billed.totals).toMatchObject({ messages: 1, inputTokens: INPUT_TOKENS, outputTokens });
    expect(simulator.billed.messages[0]?.isComplete).toBe(outputTokens === ANSWER_TOKENS);
  });

  it.each<Fault>([
    { kind: 'status', status: 529 },
    { kind: 'resetBeforeHeaders' },
    { kind: 'errorEvent' },
    { kind: 'errorEvent', beforeMessageStart: true, afterDeltas: 3 },
  ])('of a stream with %j is nothing', async (fault) => {
    const simulator = await startSimulator();
    simulator.onMessage().reply(ANSWER).failWith(fault);
    await drain(simulator);
    expect(simulator.billed.totals.messages).toBe(0);
    expect(simulator.lastRequest().billed).toBeNull();
  });

  it('of a stream the client leaves is its input and what was generated until then', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().reply(ANSWER).failWith({ kind: 'stallMidStream', afterDeltas: 7 });
    const stream = await clientOf(simulator).messages.create(STREAM);
    let deltas = 0;
    for await (const { type } of stream) if (type === 'content_block_delta' && ++deltas === 7) break;
    await simulator.whenIdle({ allowKeepAlive: true });
    expect(simulator.billed.totals).toMatchObject({
      messages: 1,
      inputTokens: INPUT_TOKENS,
      outputTokens: 7 * DELTA_TOKENS,
    });
  });

  it('of a slow stream the client leaves follows the clock', async () => {
    const clock = new ManualClock();
    const simulator = await startSimulator({ clock, latency: { perEventMs: 10 } });
    simulator.onMessage().reply({ content: ANSWER, usage: { output_tokens: 400 } });
    const stream = await clientOf(simulator).messages.create(STREAM);
    // A ping, the start of the block and four deltas.
    clock.advance(60);
    stream.controller.abort();
    await simulator.whenIdle({ allowKeepAlive: true });
    expect(simulator.lastRequest().outcome).toBe('clientAborted');
    expect(simulator.billed.totals).toMatchObject({ inputTokens: INPUT_TOKENS, outputTokens: 160 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('of a request the client leaves before there is an answer is nothing', async () => {
    const simulator = await startSimulator();
    let answer: (text: string) => void = () => {};
    simulator.onMessage().reply(() => new Promise<string>((resolve) => (answer = resolve)));
    await rejectionOf(clientOf(simulator).messages.create(HELLO, { signal: AbortSignal.timeout(40) }));
    await simulator.whenIdle({ allowKeepAlive: true });
    answer('too late');
    await new Promise((resolve) => setImmediate(resolve));
    expect(simulator.billed.totals.messages).toBe(0);
    expect(simulator.lastRequest()).toMatchObject({ outcome: 'clientAborted', status: null });
  });

  it('of a JSON answer the client does not wait for is its input', async () => {
    const clock = new ManualClock();
    const simulator = await startSimulator({ clock, latency: { jsonMs: 1_000 } });
    const signal = AbortSignal.timeout(40);
    await rejectionOf(clientOf(simulator).messages.create(HELLO, { signal }));
    await simulator.whenIdle({ allowKeepAlive: true });
    expect(simulator.lastRequest().outcome).toBe('clientAborted');
    expect(simulator.billed.totals).toMatchObject({ messages: 1, inputTokens: INPUT_TOKENS, outputTokens: 0 });
  });
});
