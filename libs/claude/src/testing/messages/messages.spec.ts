import type { Anthropic } from '@anthropic-ai/sdk';
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';
import { ManualClock } from '../clock/manual-clock.js';
import { clientOf, HELLO, send, startSimulator } from '../spec-support/harness.js';

const WEATHER: Anthropic.Tool = {
  name: 'get_weather',
  input_schema: {
    type: 'object',
    properties: {
      city: { type: 'string' },
      unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
      days: { type: 'integer', minimum: 2 },
      alerts: { type: 'boolean' },
      places: { type: 'array', items: { type: 'object', properties: { lat: { type: 'number' } } } },
    },
    required: ['city', 'unit'],
  },
};

const WEATHER_INPUT = { city: 'simulated city', unit: 'celsius', days: 2, alerts: true, places: [{ lat: 1 }] };

/** The names of a stream's events, in order. */
async function eventsOf(response: Response): Promise<readonly string[]> {
  return [...(await response.text()).matchAll(/^event: (.*)$/gm)].map(([, name = '']) => name);
}

function textOf(message: Anthropic.Message): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

describe('a message', () => {
  it('is a complete one of the API, by the SDK', async () => {
    const message = await clientOf(await startSimulator()).messages.create(HELLO);
    expect(message).toEqual({
      id: expect.stringMatching(/^msg_01[0-9a-z]+$/) as string,
      type: 'message',
      role: 'assistant',
      model: HELLO.model,
      content: [{ type: 'text', text: expect.stringContaining('simulated answer') as string, citations: null }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: {
        input_tokens: 6,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        output_tokens: Math.ceil(textOf(message).length / 4),
        output_tokens_details: null,
        server_tool_use: null,
        service_tier: 'standard',
        inference_geo: 'global',
        speed: 'standard',
      },
    });
  });

  it('says the same for the same seed and prompt, and something else otherwise', async () => {
    const ask = async (seed: number, content = 'Hello'): Promise<Anthropic.Message> => {
      const client = clientOf(await startSimulator({ seed }));
      return client.messages.create({ ...HELLO, messages: [{ role: 'user', content }] });
    };
    const [one, same, otherSeed, otherPrompt] = await Promise.all([ask(1), ask(1), ask(2), ask(1, 'Goodbye')]);
    expect(same).toEqual(one);
    expect(textOf(otherSeed)).not.toBe(textOf(one));
    expect(textOf(otherPrompt)).not.toBe(textOf(one));
  });

  it('stops at max_tokens', async () => {
    const message = await clientOf(await startSimulator()).messages.create({ ...HELLO, max_tokens: 5 });
    expect([textOf(message), message.stop_reason, message.usage.output_tokens]).toEqual([
      'This is a simulated ',
      'max_tokens',
      5,
    ]);
  });

  it('stops before a stop sequence', async () => {
    const client = clientOf(await startSimulator());
    const message = await client.messages.create({ ...HELLO, stop_sequences: ['nowhere', ' simulated'] });
    expect([textOf(message), message.stop_reason, message.stop_sequence]).toEqual([
      'This is a',
      'stop_sequence',
      ' simulated',
    ]);
  });

  it('carries the id of the model behind an alias', async () => {
    const client = clientOf(await startSimulator());
    const { model } = await client.messages.create({ ...HELLO, model: 'claude-haiku-4-5' });
    expect(model).toBe('claude-haiku-4-5-20251001');
  });

  it('is fast only on models that can be, and says so', async () => {
    const client = clientOf(await startSimulator());
    const speedOf = async (model: string): Promise<string | null> =>
      (await client.messages.create({ ...HELLO, model, speed: 'fast' })).usage.speed;
    expect([await speedOf('claude-opus-5'), await speedOf('claude-opus-4-6')]).toEqual(['fast', 'standard']);
  });

  it('tells the region that was asked for', async () => {
    const { usage } = await clientOf(await startSimulator()).messages.create({ ...HELLO, inference_geo: 'us' });
    expect(usage.inference_geo).toBe('us');
  });

  it('has a few more fields where a beta is asked for', async () => {
    const simulator = await startSimulator();
    const beta = { context_management: null, usage: { iterations: null, fallback_credit: null } };
    const client = clientOf(simulator);
    const params = { ...HELLO, betas: ['some-beta-2026-01-01'] };
    expect(await client.beta.messages.create(params)).toMatchObject(beta);
    expect(await client.beta.messages.stream(params).finalMessage()).toMatchObject({ usage: { input_tokens: 6 } });
    const twin = await send(simulator, '/v1/messages?beta=true', { body: HELLO });
    expect(await twin.json()).toMatchObject(beta);
    const plain = await send(simulator, '/v1/messages', { body: HELLO });
    expect(await plain.json()).not.toHaveProperty('context_management');
  });

  it('waits as long as it is told, by the clock it is given', async () => {
    const clock = new ManualClock();
    const simulator = await startSimulator({ clock, latency: { jsonMs: 5_000 } });
    const answered = jest.fn();
    const answer = clientOf(simulator).messages.create(HELLO).then(answered);
    while (clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(4_999);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answered).not.toHaveBeenCalled();
    clock.advance(1);
    await answer;
    expect(answered).toHaveBeenCalled();
  });
});

describe('a streamed message', () => {
  it('consists of the events of the API, in one burst of about 36', async () => {
    const response = await send(await startSimulator(), '/v1/messages', { body: { ...HELLO, stream: true } });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const events = await eventsOf(response);
    expect(events.slice(0, 4)).toEqual(['message_start', 'ping', 'content_block_start', 'content_block_delta']);
    expect(events.slice(-3)).toEqual(['content_block_stop', 'message_delta', 'message_stop']);
    expect(new Set(events.slice(3, -3))).toEqual(new Set(['content_block_delta']));
    expect(events.length).toBeGreaterThan(32);
    expect(events.length).toBeLessThan(40);
  });

  it('adds up to the JSON answer', async () => {
    const [json, stream] = await Promise.all([startSimulator(), startSimulator()]);
    const [whole, streamed] = await Promise.all([
      clientOf(json).messages.create(HELLO),
      clientOf(stream).messages.stream(HELLO).finalMessage(),
    ]);
    expect(streamed).toEqual({ ...whole, parsed_output: null });
  });

  it('starts with a placeholder for output and ends with the totals', async () => {
    const events = [];
    const client = clientOf(await startSimulator());
    for await (const event of await client.messages.create({ ...HELLO, stream: true })) events.push(event);
    const start = events.find((event) => event.type === 'message_start');
    const delta = events.find((event) => event.type === 'message_delta');
    expect(start?.message).toMatchObject({
      content: [],
      stop_reason: null,
      usage: { input_tokens: 6, output_tokens: 1 },
    });
    expect(delta).toMatchObject({
      delta: { stop_reason: 'end_turn' },
      usage: { input_tokens: 6, cache_read_input_tokens: 0 },
    });
    expect(delta?.usage.output_tokens).toBeGreaterThan(100);
    expect(Object.keys(delta?.usage ?? {})).not.toContain('service_tier');
  });

  it('takes its time per event when told to', async () => {
    const clock = new ManualClock();
    const simulator = await startSimulator({ clock, latency: { firstTokenMs: 100, perEventMs: 10 } });
    simulator.onMessage().reply('x'.repeat(48));
    const stream = await clientOf(simulator).messages.create({ ...HELLO, stream: true });
    const types: string[] = [];
    const done = (async () => {
      for await (const { type } of stream) types.push(type);
    })();
    const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 15));
    await settle();
    expect(types).toEqual(['message_start']);
    clock.advance(119);
    await settle();
    expect(types).toEqual(['message_start']);
    clock.advance(1);
    await settle();
    expect(types).toEqual(['message_start', 'content_block_start']);
    clock.advance(10);
    await settle();
    expect(types).toEqual(['message_start', 'content_block_start', 'content_block_delta']);
    clock.advance(1_000);
    await done;
    expect(types.at(-1)).toBe('message_stop');
  });
});

describe('tool use', () => {
  it.each([{ type: 'any' }, { type: 'tool', name: 'get_weather' }] as const)('is forced by %j', async (choice) => {
    const client = clientOf(await startSimulator());
    const params = { ...HELLO, tools: [WEATHER], tool_choice: choice };
    const message = await client.messages.create(params);
    const streamed = await client.messages.stream(params).finalMessage();
    expect(message.stop_reason).toBe('tool_use');
    expect(message.content).toEqual([
      {
        type: 'tool_use',
        id: expect.stringMatching(/^toolu_01[0-9a-z]{22}$/) as string,
        name: 'get_weather',
        input: WEATHER_INPUT,
        caller: { type: 'direct' },
      },
    ]);
    expect(streamed.content).toEqual(message.content);
    expect(streamed.usage).toEqual(message.usage);
  });

  it('is left alone when nothing forces it', async () => {
    const message = await clientOf(await startSimulator()).messages.create({ ...HELLO, tools: [WEATHER] });
    expect(message.content[0]?.type).toBe('text');
  });

  it('streams its input in several pieces', async () => {
    const client = clientOf(await startSimulator());
    const params = { ...HELLO, tools: [WEATHER], tool_choice: { type: 'any' as const }, stream: true as const };
    const pieces: string[] = [];
    for await (const event of await client.messages.create(params)) {
      if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta')
        pieces.push(event.delta.partial_json);
    }
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces[0]).toBe('');
    expect(JSON.parse(pieces.join(''))).toEqual(WEATHER_INPUT);
  });

  it('is cut off by max_tokens in the middle of its input', async () => {
    const client = clientOf(await startSimulator());
    const params = {
      ...HELLO,
      max_tokens: 5,
      tools: [WEATHER],
      tool_choice: { type: 'any' as const },
      stream: true as const,
    };
    let json = '';
    let stopReason: string | null = null;
    for await (const event of await client.messages.create(params)) {
      if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta')
        json += event.delta.partial_json;
      if (event.type === 'message_delta') stopReason = event.delta.stop_reason;
    }
    expect(json).toBe(JSON.stringify(WEATHER_INPUT).slice(0, 20));
    expect(stopReason).toBe('max_tokens');
  });

  it('goes on after a tool result', async () => {
    const client = clientOf(await startSimulator());
    const first = await client.messages.create({ ...HELLO, tools: [WEATHER], tool_choice: { type: 'any' } });
    const [use] = first.content;
    const messages: Anthropic.MessageParam[] = [
      ...HELLO.messages,
      { role: 'assistant', content: first.content },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: use?.type === 'tool_use' ? use.id : '', content: 'sunny' }],
      },
    ];
    const second = await client.messages.create({ ...HELLO, messages, tools: [WEATHER] });
    expect(second.stop_reason).toBe('end_turn');
  });
});

describe('thinking', () => {
  it('comes first, signed, and is counted', async () => {
    const client = clientOf(await startSimulator());
    const params = { ...HELLO, max_tokens: 2_048, thinking: { type: 'enabled' as const, budget_tokens: 1_024 } };
    const message = await client.messages.create(params);
    const streamed = await client.messages.stream(params).finalMessage();
    const [thinking, text] = message.content;
    expect(thinking).toMatchObject({ type: 'thinking', thinking: expect.stringContaining('simulated') as string });
    expect(thinking?.type === 'thinking' && thinking.signature.length).toBeGreaterThan(20);
    expect(text?.type).toBe('text');
    const details = message.usage.output_tokens_details;
    expect(details?.thinking_tokens).toBe(thinking?.type === 'thinking' ? Math.ceil(thinking.thinking.length / 4) : 0);
    expect(message.usage.output_tokens).toBeGreaterThan(details?.thinking_tokens ?? Infinity);
    expect(streamed.content).toEqual(message.content);
    expect(streamed.usage).toEqual(message.usage);
  });

  it('shows its signature only when it is to be omitted', async () => {
    const client = clientOf(await startSimulator());
    const { content } = await client.messages.create({ ...HELLO, thinking: { type: 'adaptive', display: 'omitted' } });
    expect(content[0]).toMatchObject({
      type: 'thinking',
      thinking: '',
      signature: expect.stringMatching(/.+/) as string,
    });
  });
});

describe('structured output', () => {
  it('satisfies a zod schema through messages.parse', async () => {
    const schema = z.object({
      title: z.string(),
      year: z.int().min(1900),
      tags: z.array(z.string()),
      kind: z.enum(['a', 'b']),
    });
    const client = clientOf(await startSimulator());
    const message = await client.messages.parse({ ...HELLO, output_config: { format: zodOutputFormat(schema) } });
    expect(message.parsed_output).toEqual({
      title: 'simulated title',
      year: 1900,
      tags: ['simulated tags'],
      kind: 'a',
    });
  });

  it('satisfies a JSON schema in a stream', async () => {
    const format = jsonSchemaOutputFormat({
      type: 'object',
      properties: { ok: { type: 'boolean' } },
      required: ['ok'],
    } as const);
    const client = clientOf(await startSimulator());
    const message = await client.messages.stream({ ...HELLO, output_config: { format } }).finalMessage();
    expect(message.parsed_output).toEqual({ ok: true });
  });
});

describe('counting tokens', () => {
  it('gives what a message would then report', async () => {
    const client = clientOf(await startSimulator());
    const { max_tokens: _, ...prompt } = { ...HELLO, system: 'Be brief.', tools: [WEATHER] };
    const count = await client.messages.countTokens(prompt);
    const { usage } = await client.messages.create({ ...prompt, max_tokens: 10 });
    expect(count).toEqual({ input_tokens: usage.input_tokens });
  });

  it('is free', async () => {
    const simulator = await startSimulator();
    await clientOf(simulator).messages.countTokens({ model: HELLO.model, messages: HELLO.messages });
    expect(simulator.billed.totals.messages).toBe(0);
  });
});
