import { connect, type Socket } from 'node:net';
import { APIError, type Anthropic } from '@anthropic-ai/sdk';
import { Logger } from '@nestjs/common';
import {
  activeCalls,
  eventsOf,
  eventually,
  gatewayFor,
  HELLO,
  open,
  sdk,
  send,
  startPair,
  startUpstream,
  STREAM,
} from './support.js';

async function allEvents(stream: AsyncIterable<Anthropic.RawMessageStreamEvent>): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of stream) types.push(type);
  return types;
}

describe('A stream through the gateway', () => {
  it('arrives event by event while the API is still sending', async () => {
    const { sim, gateway } = await startPair({ latency: { perEventMs: 5 } });
    const { response } = open(gateway);
    let read = '';
    for await (const chunk of await response) {
      read += String(chunk);
      if (read.includes('content_block_delta')) break;
    }
    expect(read).not.toContain('message_stop');
    expect(sim.activeRequests).toBe(1);
  });

  it('is the same when the network cuts it in the middle of events and characters', async () => {
    const { sim, gateway } = await startPair();
    sim.onMessage().reply('Grüße 😀 '.repeat(20)).failWith({ kind: 'splitBytes', chunkBytes: 7 });
    const message = await sdk(gateway).messages.stream(HELLO).finalMessage();
    expect(message.content[0]).toMatchObject({ text: 'Grüße 😀 '.repeat(20) });
  });

  it('passes on events nobody has heard of', async () => {
    const { sim, gateway } = await startPair();
    sim.onMessage().failWith({ kind: 'unknownEvents' });
    const through = await send(gateway, '/v1/messages', { body: STREAM });
    const direct = await send(sim, '/v1/messages', {
      body: STREAM,
      headers: { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' },
    });
    expect(eventsOf(through.text)).toEqual(eventsOf(direct.text));
  });

  it('waits for a client that does not read', async () => {
    const event = `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${'x'.repeat(50_000)}"}}\n\n`;
    let sent = 0;
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(
        'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":1,"output_tokens":1}}}\n\n',
      );
      const more = (): void => {
        while (!response.destroyed && sent < 2_000) {
          sent += 1;
          if (!response.write(event)) return void response.once('drain', more);
        }
      };
      more();
    });
    const gateway = await gatewayFor(upstream);
    const { request, response } = open(gateway);
    (await response).pause();
    let before = 0;
    let still = 0;
    await eventually(() => {
      still = sent > 0 && sent === before ? still + 1 : 0;
      before = sent;
      return still === 25;
    });
    expect(sent).toBeLessThan(1_000);
    request.destroy();
    await eventually(() => activeCalls(gateway) === 0);
  });
});

describe('A client that leaves', () => {
  it('in the middle of a stream ends the call to the API', async () => {
    const { sim, gateway } = await startPair({ latency: { perEventMs: 5 } });
    const { request, response } = open(gateway);
    await new Promise((resolve) => void response.then((answer) => answer.once('data', resolve)));
    expect(activeCalls(gateway)).toBe(1);
    request.destroy();
    await sim.whenIdle({ allowKeepAlive: true });
    expect(sim.lastRequest().outcome).toBe('clientAborted');
    await eventually(() => activeCalls(gateway) === 0);
  });

  it.each([true, false])('before there is an answer ends the call to the API (stream: %s)', async (stream) => {
    const { sim, gateway } = await startPair({ latency: { jsonMs: 10_000, firstTokenMs: 10_000 } });
    const { request } = open(gateway, { ...HELLO, stream });
    await eventually(() => sim.activeRequests === 1);
    request.destroy();
    await sim.whenIdle({ allowKeepAlive: true });
    expect(sim.lastRequest().outcome).toBe('clientAborted');
    await eventually(() => activeCalls(gateway) === 0);
  });

  it('ends the wait for another attempt', async () => {
    const { sim, gateway } = await startPair(
      {},
      { retry: { maxAttempts: 2, baseDelayMs: 60_000, maxDelayMs: 60_000 } },
    );
    sim.onMessage().failWith({ kind: 'status', status: 500, retryAfterMs: 30_000 });
    const { request } = open(gateway);
    await eventually(() => sim.requests.length === 1 && sim.activeRequests === 0);
    expect(activeCalls(gateway)).toBe(1);
    request.destroy();
    await eventually(() => activeCalls(gateway) === 0);
    expect(sim.requests).toHaveLength(1);
  });

  it('ends all requests it sent ahead on the one connection', async () => {
    const { sim, gateway } = await startPair();
    sim.onMessage().failWith({ kind: 'hang' });
    const body = JSON.stringify(STREAM);
    const message = `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname, () => socket.write(message.repeat(3)));
    await eventually(() => activeCalls(gateway) === 3 && sim.activeRequests === 3);
    socket.destroy();
    await sim.whenIdle({ allowKeepAlive: true });
    await eventually(() => activeCalls(gateway) === 0);
    expect(sim.requests).toHaveLength(3);
  });

  it('in the middle of its own request is no error worth a line in the log', async () => {
    const { sim, gateway } = await startPair();
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    const { hostname, port } = new URL(gateway.url);
    const head =
      'POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n';
    const accepted = new Promise<Socket>((resolve) => void gateway.app.getHttpServer().once('connection', resolve));
    const socket = connect(Number(port), hostname, () => socket.write(`${head}{"model":`));
    const served = await accepted;
    await eventually(() => served.bytesRead > head.length);
    socket.destroy();
    await new Promise((resolve) => void served.once('close', resolve));
    expect((await send(gateway, '/v1/messages', { body: HELLO })).status).toBe(200);
    expect(logged).not.toHaveBeenCalled();
    expect(sim.requests).toHaveLength(1);
    logged.mockRestore();
  });

  it('leaves no listener on a connection that is used again and again', async () => {
    const { sim, gateway } = await startPair();
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const client = sdk(gateway);
    for (let call = 0; call < 30; call += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, on one connection
      await client.messages.create(HELLO);
    }
    process.off('warning', note);
    expect(sim.requests).toHaveLength(30);
    expect(warnings).toEqual([]);
  });
});

describe('A stream that breaks', () => {
  it.each([
    ['is reset', { kind: 'resetMidStream', afterDeltas: 2 }, 'api_error'],
    ['is cut off', { kind: 'truncateStream', afterDeltas: 2 }, 'api_error'],
    ['is closed too early', { kind: 'truncateBody', afterDeltas: 2 }, 'api_error'],
    ['holds an event without end', { kind: 'hugeEvent', bytes: 9 * 1024 * 1024 }, 'api_error'],
    ['falls silent', { kind: 'stallMidStream', afterDeltas: 2 }, 'timeout_error'],
    ['reports an error', { kind: 'errorEvent', afterDeltas: 2 }, 'overloaded_error'],
  ] as const)('%s: the client gets an error event with the id of the request', async (_what, fault, type) => {
    const { sim, gateway } = await startPair({}, { timeouts: { idleMs: 60 } });
    sim.onMessage().failWith(fault);
    const { status, headers, text } = await send(gateway, '/v1/messages', { body: STREAM });
    expect(status).toBe(200);
    const events = eventsOf(text);
    expect(events.filter((event) => event === 'error')).toHaveLength(1);
    expect(events.at(-1)).toBe('error');
    const last = text.trimEnd().split('\n').at(-1) ?? '';
    const error = JSON.parse(last.slice('data: '.length)) as { request_id?: string };
    expect(error).toMatchObject({ type: 'error', error: { type, message: expect.any(String) as string } });
    expect(error.request_id ?? headers['request-id']).toBe(headers['request-id']);
    await eventually(() => activeCalls(gateway) === 0);
  });

  it('is an APIError of that type to the official SDK', async () => {
    const { sim, gateway } = await startPair();
    sim.onMessage().failWith({ kind: 'resetMidStream', afterDeltas: 1 });
    const stream = await sdk(gateway).messages.create(STREAM);
    const error: unknown = await allEvents(stream).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ type: 'api_error', apiMessage: expect.stringContaining('broke off') as string });
  });

  it('in the middle of an event leaves no half of it behind', async () => {
    const start =
      'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":1,"output_tokens":1}}}\n\n';
    const block = 'event: content_block_start\ndata: {"type":"content_block_start","index":0}\n\n';
    const half = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"del';
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(start + block + half, () => void setTimeout(() => response.destroy(), 20));
    });
    const { text } = await send(await gatewayFor(upstream), '/v1/messages', { body: STREAM });
    expect(eventsOf(text)).toEqual(['message_start', 'content_block_start', 'error']);
    expect(text.startsWith(start + block)).toBe(true);
  });

  it('before its first content is asked for again, and the client sees nothing of it', async () => {
    const { sim, gateway } = await startPair(
      {},
      { retry: { maxAttempts: 2, baseDelayMs: 1, overloadedBaseDelayMs: 1 } },
    );
    sim.onMessage().failWith({ kind: 'errorEvent', type: 'overloaded_error' }).once().thenReply('Here I am.');
    const message = await sdk(gateway).messages.stream(HELLO).finalMessage();
    expect(message.content[0]).toMatchObject({ text: 'Here I am.' });
    expect(sim.requests).toHaveLength(2);
  });
});
