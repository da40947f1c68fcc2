import type { Anthropic } from '@anthropic-ai/sdk';
import { ManualClock } from '../clock/manual-clock.js';
import type { SimulatedRequest } from '../messages/simulated-request.js';
import { clientOf, HELLO, KEY, rejectionOf, send, startSimulator } from '../spec-support/harness.js';
import type { AnthropicSimulator } from '../simulator.js';
import type { RequestMatcher } from './matcher.js';

/** The text of an answer, or the status of an error. */
async function say(
  simulator: AnthropicSimulator,
  change: object = {},
  apiKey = KEY,
): Promise<string | number | undefined> {
  try {
    const { content } = await clientOf(simulator, { apiKey }).messages.create({ ...HELLO, ...change, stream: false });
    return content.map((block) => (block.type === 'text' ? block.text : block.type)).join('|');
  } catch (error) {
    return (error as { status?: number }).status;
  }
}

async function sayTimes(simulator: AnthropicSimulator, times: number): Promise<unknown[]> {
  const said = [];
  for (let i = 0; i < times; i++) said.push(await say(simulator));
  return said;
}

describe('a rule', () => {
  it('answers with a text, word for word, in JSON and in a stream', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().reply('Hello, you! 😀');
    expect(await say(simulator, { max_tokens: 1, stop_sequences: ['you'] })).toBe('Hello, you! 😀');
    expect(await clientOf(simulator).messages.stream(HELLO).finalText()).toBe('Hello, you! 😀');
  });

  it('answers with blocks of every kind', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().reply([
      { type: 'thinking', thinking: 'Hm.' },
      { type: 'redacted_thinking', data: 'abc' },
      { type: 'text', text: 'Let me look.' },
      { type: 'tool_use', name: 'look', input: { at: 'it' } },
    ]);
    const client = clientOf(simulator);
    const message = await client.messages.create(HELLO);
    expect(message).toMatchObject({
      stop_reason: 'tool_use',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: expect.stringMatching(/.+/) as string },
        { type: 'redacted_thinking', data: 'abc' },
        { type: 'text', text: 'Let me look.', citations: null },
        { type: 'tool_use', name: 'look', input: { at: 'it' }, caller: { type: 'direct' } },
      ],
      usage: { output_tokens_details: { thinking_tokens: 1 } },
    });
    const streamed = await client.messages.stream(HELLO).finalMessage();
    expect([streamed.content, streamed.usage]).toEqual([message.content, message.usage]);
  });

  it('answers with usage and stop reason of its own', async () => {
    const simulator = await startSimulator();
    const usage = { output_tokens: 777, server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 } };
    simulator.onMessage().reply({ content: 'No.', usage, stopReason: 'refusal' });
    const expected = { stop_reason: 'refusal', usage: { ...usage, input_tokens: 6 } };
    expect(await clientOf(simulator).messages.create(HELLO)).toMatchObject(expected);
    expect(await clientOf(simulator).messages.stream(HELLO).finalMessage()).toMatchObject(expected);
    expect(simulator.billed.totals.outputTokens).toBe(2 * 777);
  });

  it('answers with what a function makes of the request, at once or later', async () => {
    const simulator = await startSimulator();
    const seen: SimulatedRequest[] = [];
    simulator.onMessage().reply((request) => {
      seen.push(request);
      return `${request.model}: ${request.systemText} / ${request.userText}`;
    });
    expect(await say(simulator, { system: [{ type: 'text', text: 'Be brief.' }] })).toBe(
      `${HELLO.model}: Be brief. / Hello there`,
    );
    expect(seen[0]).toMatchObject({ stream: false, tools: [], apiKey: KEY, body: { max_tokens: 1_024 } });
    simulator.onMessage().reply(async () => Promise.resolve([{ type: 'text', text: 'Later.' }]));
    expect(await say(simulator)).toBe('Later.');
  });

  it('turns a mistake in a reply function into a 500 that says so', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().reply(() => {
      throw new Error('I forgot something.');
    });
    expect(await rejectionOf(clientOf(simulator).messages.create(HELLO))).toMatchObject({
      status: 500,
      apiMessage: 'The simulator could not answer: Error: I forgot something.',
    });
    simulator.onMessage().reply(() => Promise.reject(new Error('I forgot it later.')));
    expect(await say(simulator)).toBe(500);
  });

  it('lets a stream send a tool input that is no JSON', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().reply({
      content: [{ type: 'tool_use', name: 'look', input: {}, partialJson: '{"a": "b' }],
      stopReason: 'max_tokens',
    });
    let json = '';
    for await (const event of await clientOf(simulator).messages.create({ ...HELLO, stream: true })) {
      if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta')
        json += event.delta.partial_json;
    }
    expect(json).toBe('{"a": "b');
  });

  it('holds as often as it is told to, then hands over', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().failWith(529).times(2).thenReply('recovered').thenFailWith(500).once();
    expect(await sayTimes(simulator, 4)).toEqual([529, 529, 'recovered', 500]);
    expect(await say(simulator)).toContain('simulated answer');
  });

  it('holds once per step, and for good at the end, without being told', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().reply('a').thenReply('b').thenReply('c');
    expect(await sayTimes(simulator, 5)).toEqual(['a', 'b', 'c', 'c', 'c']);
  });

  it('gives way to a newer one until that is used up', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().reply('old');
    simulator.onMessage().reply('new').once();
    expect(await sayTimes(simulator, 3)).toEqual(['new', 'old', 'old']);
  });

  it('counts requests one by one when they come together', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().failWith(529).times(5);
    const said = await Promise.all(Array.from({ length: 20 }, () => say(simulator)));
    expect(said.filter((status) => status === 529)).toHaveLength(5);
  });

  it('waits before it answers, by the clock', async () => {
    const clock = new ManualClock();
    const simulator = await startSimulator({ clock });
    simulator.onMessage().reply('late').after(1_000);
    const answer = say(simulator);
    while (clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1_000);
    expect(await answer).toBe('late');
  });

  it('may have a latency of its own', async () => {
    const clock = new ManualClock();
    const simulator = await startSimulator({ clock, latency: { jsonMs: 10 } });
    simulator.onMessage().latency({ jsonMs: 0 });
    expect(await say(simulator)).toContain('simulated answer');
  });

  it.each<[RequestMatcher, object, object]>([
    [{ model: 'claude-haiku-5-5' }, { model: 'claude-haiku-5-5' }, { model: 'claude-haiku-4-5' }],
    [{ model: /haiku/ }, { model: 'claude-haiku-5-5' }, {}],
    [{ system: 'pirate' }, { system: 'You are a pirate.' }, { system: 'You are a poet.' }],
    [{ system: /^You are a p/ }, { system: [{ type: 'text', text: 'You are a pirate.' }] }, {}],
    [{ user: 'there' }, {}, { messages: [{ role: 'user', content: 'Hi' }] }],
    [{ user: /hello/gi }, {}, { messages: [{ role: 'user', content: 'Hi' }] }],
    [{ user: 'Hi', model: /sonnet/ }, { messages: [{ role: 'user', content: 'Hi' }] }, {}],
    [({ body }) => body.max_tokens > 2_000, { max_tokens: 3_000 }, {}],
    [{}, {}, { model: 'nobody' }],
  ])('matches by %p', async (matcher, matching, other) => {
    const simulator = await startSimulator();
    simulator.onMessage(matcher).reply('matched');
    expect(await say(simulator, matching)).toBe('matched');
    expect(await say(simulator, matching)).toBe('matched');
    expect(await say(simulator, other)).not.toBe('matched');
  });

  it('matches by stream and by key', async () => {
    const simulator = await startSimulator();
    simulator.onMessage({ stream: true }).reply('streamed');
    simulator.onMessage({ apiKey: 'key-b' }).reply('for b');
    expect(await say(simulator)).toContain('simulated');
    expect(await clientOf(simulator).messages.stream(HELLO).finalText()).toBe('streamed');
    expect(await say(simulator, {}, 'key-b')).toBe('for b');
  });

  it('is forgotten on reset', async () => {
    const simulator = await startSimulator();
    simulator.onMessage().failWith(500);
    simulator.reset();
    expect(await say(simulator)).toContain('simulated answer');
  });

  it('can be about counting tokens', async () => {
    const simulator = await startSimulator();
    simulator.onCountTokens({ user: 'Hello' }).reply(4_711).once().thenFailWith(429);
    const count = (): Promise<Anthropic.MessageTokensCount> =>
      clientOf(simulator).messages.countTokens({ model: HELLO.model, messages: HELLO.messages });
    expect(await count()).toEqual({ input_tokens: 4_711 });
    await expect(count()).rejects.toMatchObject({ status: 429 });
    expect(simulator.lastRequest()).toMatchObject({ outcome: 'faulted', fault: 'status' });
  });

  it('refuses what it cannot play', async () => {
    const simulator = await startSimulator();
    const rule = simulator.onMessage();
    expect(() => rule.failWith(200)).toThrow('fault.status');
    expect(() => rule.failWith({ kind: 'resetMidStream', afterDeltas: -1 })).toThrow('fault.afterDeltas');
    expect(() => rule.failWith({ kind: 'hang', ms: 5 } as never)).toThrow('"ms"');
    expect(() => rule.failWith({ kind: 'explode' } as never)).toThrow('fault.kind');
    expect(() => rule.times(0)).toThrow('times() takes an integer');
    expect(() => rule.after(-1)).toThrow('after() takes milliseconds');
    expect(() => rule.latency({ jsonMS: 5 } as never)).toThrow('"jsonMS"');
    expect(() => simulator.onMessage({ modle: 'x' } as never)).toThrow('"modle"');
    expect((await send(simulator, '/v1/messages', { body: HELLO })).status).toBe(200);
  });
});
