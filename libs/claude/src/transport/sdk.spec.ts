import Anthropic, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIUserAbortError,
  InternalServerError,
} from '@anthropic-ai/sdk';
import { getEventListeners, setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { serve, serveTcp, type TestServer } from './spec-support/server.js';
import { rejection, until } from './spec-support/waiting.js';
import { createTransport, type Transport } from './transport.js';

const PARAMS: Anthropic.MessageCreateParamsNonStreaming = {
  model: 'claude-sonnet-5-5',
  max_tokens: 10,
  messages: [{ role: 'user', content: 'hello' }],
};
const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: PARAMS.model, usage: {}, content: [] };
const EVENTS = [
  { type: 'message_start', message: MESSAGE },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  ...['Grü', 'ße, ', '世界'].map((text) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text },
  })),
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
  { type: 'message_stop' },
];

describe('the SDK on the undici transport', () => {
  let server: TestServer;
  let transport: Transport;
  let client: Anthropic;
  let endless: boolean;

  beforeAll(async () => {
    server = await serve((request, response) => void answer(request, response));
    transport = createTransport({ closeDeadlineMs: 0 });
    client = clientTo(server.url);
  });

  beforeEach(() => {
    endless = false;
  });

  afterAll(async () => {
    await transport.close();
    await server.close();
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString();
    response.setHeader('request-id', 'req_1');
    if (body.includes('"overloaded"')) {
      response.writeHead(529, { 'content-type': 'application/json' });
      response.end('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}');
    } else if (body.includes('"stream":true')) {
      response.setHeader('content-type', 'text/event-stream');
      for (const event of EVENTS) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      if (!endless) response.end();
    } else {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(MESSAGE));
    }
  }

  function clientTo(baseURL: string, options: object = {}): Anthropic {
    return new Anthropic({ baseURL, apiKey: 'key', maxRetries: 0, fetch: transport.fetch, ...options });
  }

  it('creates a message', async () => {
    const { data, request_id } = await client.messages.create(PARAMS).withResponse();
    expect(data).toMatchObject(MESSAGE);
    expect(request_id).toBe('req_1');
    expect(data).toHaveProperty('_request_id', 'req_1');
  });

  it('streams a message', async () => {
    const types: string[] = [];
    for await (const event of await client.messages.create({ ...PARAMS, stream: true })) types.push(event.type);
    expect(types).toEqual(EVENTS.map((event) => event.type));
    await expect(client.messages.stream(PARAMS).finalText()).resolves.toBe('Grüße, 世界');
  });

  it('hands out the raw response', async () => {
    const response = await client.messages.create(PARAMS).asResponse();
    await expect(response.json()).resolves.toMatchObject({ id: 'msg_1' });
  });

  it('sees an API error as one, and retries it', async () => {
    const params = { ...PARAMS, system: 'overloaded' };
    const error = await rejection(client.messages.create(params));
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 529, requestID: 'req_1', type: 'overloaded_error' });
    const before = transport.stats.activeRequests;
    await rejection(clientTo(server.url, { maxRetries: 1 }).messages.create(params));
    expect(transport.stats.activeRequests).toBe(before);
  });

  it('parses in middleware, and still reads', async () => {
    const seen: unknown[] = [];
    const tapped = clientTo(server.url, {
      middleware: [
        async (request: never, next: (request: never) => Promise<Response>, ctx: { parse(r: Response): unknown }) => {
          const response = await next(request);
          seen.push(await ctx.parse(response));
          return response;
        },
      ],
    });
    await expect(tapped.messages.create(PARAMS)).resolves.toMatchObject({ id: 'msg_1' });
    expect(seen).toMatchObject([{ id: 'msg_1' }]);
    const types: string[] = [];
    for await (const event of await tapped.messages.create({ ...PARAMS, stream: true })) types.push(event.type);
    const again: string[] = [];
    for await (const event of seen[1] as AsyncIterable<{ type: string }>) again.push(event.type);
    expect(again).toEqual(types);
    expect(types).toHaveLength(EVENTS.length);
  });

  it('closes the connection when its user leaves the loop', async () => {
    endless = true;
    const { broken } = server;
    for await (const event of await client.messages.create({ ...PARAMS, stream: true })) {
      expect(event.type).toBe('message_start');
      break;
    }
    await until(() => server.broken === broken + 1, 'closing of the connection');
    expect(transport.stats.activeRequests).toBe(0);
  });

  it('aborts by signal, by stream and before it sends', async () => {
    endless = true;
    const { broken } = server;
    const controller = new AbortController();
    const stream = await client.messages.create({ ...PARAMS, stream: true }, { signal: controller.signal });
    let events = 0;
    for await (const _ of stream) if ((events += 1) === EVENTS.length) controller.abort();
    expect(events).toBe(EVENTS.length);
    const other = await client.messages.create({ ...PARAMS, stream: true });
    for await (const _ of other) other.controller.abort();
    await until(() => server.broken === broken + 2, 'closing of the connections');
    const pending = client.messages.create(PARAMS, { signal: AbortSignal.abort() });
    expect(await rejection(pending)).toBeInstanceOf(APIUserAbortError);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(transport.stats.activeRequests).toBe(0);
  });

  it('tells connection errors from time-outs', async () => {
    const gone = await serve(() => undefined);
    await gone.close();
    const refused = await rejection(clientTo(gone.url).messages.create(PARAMS));
    expect(refused).toBeInstanceOf(APIConnectionError);
    expect(refused).not.toBeInstanceOf(APIConnectionTimeoutError);
    const silent = await serveTcp(() => undefined);
    const hasty = createTransport({ headersTimeoutMs: 100, closeDeadlineMs: 0 });
    const late = await rejection(clientTo(silent.url, { fetch: hasty.fetch }).messages.create(PARAMS));
    expect(late).toBeInstanceOf(APIConnectionTimeoutError);
    await hasty.close();
    await silent.close();
  });

  it('leaves nothing behind after many calls that end in every way', async () => {
    endless = true;
    const longLived = new AbortController();
    setMaxListeners(0, longLived.signal);
    await Promise.all(
      [...Array(120).keys()].map(async (number) => {
        const signal = number % 3 === 0 ? AbortSignal.timeout(number) : longLived.signal;
        if (number % 4 === 0) return client.messages.create(PARAMS, { signal }).catch(() => undefined);
        const stream = await client.messages.create({ ...PARAMS, stream: true }, { signal }).catch(() => []);
        let events = 0;
        for await (const _ of stream) if ((events += 1) > number % EVENTS.length) break;
        return undefined;
      }),
    );
    await delay(20);
    expect(transport.stats.activeRequests).toBe(0);
    expect(getEventListeners(longLived.signal, 'abort')).toEqual([]);
  });
});
