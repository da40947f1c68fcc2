import type { Anthropic } from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import type { AnthropicSimulator } from 'nestjs-claude/testing';
import { z } from 'zod';
import { gatewayFor, HELLO, sdk, send, startPair, startSimulator } from './support.js';

const WEATHER_TOOL = {
  name: 'get_weather',
  description: 'The weather of a place.',
  input_schema: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
} satisfies Anthropic.Tool;

/** The same calls to a simulator directly, and through a gateway to another one of the same seed. */
async function both<T>(
  call: (client: Anthropic) => Promise<T>,
  prepare: (sim: AnthropicSimulator) => void = () => undefined,
): Promise<readonly [direct: T, through: T]> {
  const [near, far] = [await startSimulator({ seed: 7 }), await startSimulator({ seed: 7 })];
  prepare(near);
  prepare(far);
  const gateway = await gatewayFor(far.url);
  return [await call(sdk(near)), await call(sdk(gateway))];
}

describe('The official SDK, pointed at the gateway', () => {
  it('creates the message the API would have given it', async () => {
    const [direct, through] = await both((client) => client.messages.create(HELLO));
    expect(through).toEqual(direct);
    expect(through._request_id).toBe(direct._request_id);
  });

  it('streams the events the API would have sent', async () => {
    const [direct, through] = await both(async (client) => {
      const events = [];
      for await (const event of await client.messages.create({ ...HELLO, stream: true })) events.push(event);
      return events;
    });
    expect(through.length).toBeGreaterThan(5);
    expect(through).toEqual(direct);
  });

  it('accumulates a message with its stream helper', async () => {
    const [direct, through] = await both((client) => client.messages.stream(HELLO).finalMessage());
    expect(through).toEqual(direct);
  });

  it('creates an answer that may take longer than ten minutes, which the SDK itself wants streamed', async () => {
    const { gateway } = await startPair();
    const answer = await send(gateway, '/v1/messages', { body: { ...HELLO, max_tokens: 64_000 } });
    expect(answer.status).toBe(200);
  });

  it('uses tools', async () => {
    const [direct, through] = await both(
      async (client) => {
        const params = { ...HELLO, tools: [WEATHER_TOOL] };
        const asked = await client.messages.create(params);
        const streamed = await client.messages.stream(params).finalMessage();
        return [asked, streamed];
      },
      (sim) => sim.onMessage().reply([{ type: 'tool_use', name: 'get_weather', input: { place: 'Zürich' } }]),
    );
    expect(through).toEqual(direct);
    expect(through[1]?.content[0]).toMatchObject({ type: 'tool_use', input: { place: 'Zürich' } });
  });

  it('parses structured output', async () => {
    const format = zodOutputFormat(z.object({ city: z.string(), inhabitants: z.number() }));
    const [direct, through] = await both((client) => client.messages.parse({ ...HELLO, output_config: { format } }));
    expect(through.parsed_output).toEqual(direct.parsed_output);
    expect(typeof through.parsed_output?.city).toBe('string');
  });

  it('counts tokens', async () => {
    const { model, messages } = HELLO;
    const [direct, through] = await both((client) => client.messages.countTokens({ model, messages }));
    expect(through).toEqual(direct);
    expect(through.input_tokens).toBeGreaterThan(0);
  });

  it('calls beta.messages with the betas it asks for', async () => {
    const { sim, gateway } = await startPair();
    const message = await sdk(gateway).beta.messages.create({
      ...HELLO,
      betas: ['files-api-2025-04-14', 'extra-2026-01-01'],
    });
    expect(message.role).toBe('assistant');
    expect(sim.lastRequest().headers['anthropic-beta']).toBe('files-api-2025-04-14,extra-2026-01-01');
  });

  it('lists and retrieves models, page by page', async () => {
    const [direct, through] = await both(async (client) => {
      const ids = [];
      for await (const { id } of client.models.list({ limit: 3 })) ids.push(id);
      return { ids, one: await client.models.retrieve(ids[0] ?? '') };
    });
    expect(through.ids.length).toBeGreaterThan(3);
    expect(through).toEqual(direct);
  });
});

describe('The bytes of an answer', () => {
  it('are the same as without the gateway, JSON and SSE', async () => {
    const [near, far] = [await startSimulator({ seed: 7 }), await startSimulator({ seed: 7 })];
    const gateway = await gatewayFor(far.url);
    for (const stream of [false, true]) {
      const request = {
        body: { ...HELLO, stream },
        headers: { 'x-api-key': 'any', 'anthropic-version': '2023-06-01' },
      };
      // oxlint-disable-next-line no-await-in-loop -- the order of requests decides the ids
      const [direct, through] = [
        await send(near, '/v1/messages', request),
        await send(gateway, '/v1/messages', request),
      ];
      expect(through.text).toBe(direct.text);
      expect(through.status).toBe(direct.status);
      expect(through.headers['content-type']).toBe(direct.headers['content-type']);
      expect(through.headers['request-id']).toBe(direct.headers['request-id']);
    }
  });
});
