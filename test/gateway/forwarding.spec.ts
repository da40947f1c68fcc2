import type { IncomingMessage } from 'node:http';
import { gatewayFor, HELLO, send, startPair, startUpstream } from './support.js';

interface Seen {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** An upstream that remembers the last request and answers it with an odd but valid message. */
async function recordingUpstream(headers: Record<string, string> = {}): Promise<{ url: string; last: () => Seen }> {
  let last: Seen | undefined;
  const url = await startUpstream((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      last = { url: request.url, headers: request.headers, body: Buffer.concat(chunks) };
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.end('{ "type":"message",  "usage":{"input_tokens":1,"output_tokens":1}, "new":1.0 }\n');
    });
  });
  return {
    url,
    last: () => {
      if (last === undefined) throw new Error('The upstream saw no request.');
      return last;
    },
  };
}

describe('What the gateway forwards', () => {
  it('is the body byte by byte, fields it has never heard of included', async () => {
    const upstream = await recordingUpstream();
    const gateway = await gatewayFor(upstream.url);
    const body = '{ "model":"m","new_field":{"a":1.0},\n"max_tokens":5, "messages":[],"text":"\\u00e9é", "model":"m2"}';
    const answer = await send(gateway, '/v1/messages', { body });
    expect(upstream.last().body.toString()).toBe(body);
    expect(answer.text).toBe('{ "type":"message",  "usage":{"input_tokens":1,"output_tokens":1}, "new":1.0 }\n');
  });

  it('keeps every digit of the numbers of a body that it has to clean', async () => {
    const upstream = await recordingUpstream();
    const gateway = await gatewayFor(upstream.url);
    const tool = (text: string): string =>
      `{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"id":12345678901234567890,"x":[1.5,0.12345678901234567890],"text":"${text}"}}]}`;
    const body = (text: string): string =>
      `{"model":"claude-sonnet-5-5","max_tokens":9,"messages":[{"role":"user","content":"Hello"},${tool(text)}]}`;
    await send(gateway, '/v1/messages', { body: Buffer.from(body('a\u200bb')) });
    expect(upstream.last().body.toString()).toBe(body('ab'));
  });

  it('is the query and the headers that belong to the API', async () => {
    const { sim, gateway } = await startPair();
    const headers = {
      'anthropic-beta': 'one-2026-01-01,two-2026-02-02',
      'anthropic-version': '2023-06-01',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    };
    await send(gateway, '/v1/messages?beta=true', { body: HELLO, headers });
    expect(sim.lastRequest()).toMatchObject({ path: '/v1/messages', query: 'beta=true', headers });
    await send(gateway, '/v1/messages/count_tokens?beta=true', { body: HELLO });
    expect(sim.lastRequest()).toMatchObject({ path: '/v1/messages/count_tokens', query: 'beta=true' });
    await send(gateway, '/v1/models?limit=2&after_id=claude-sonnet-5-5');
    expect(sim.lastRequest()).toMatchObject({ path: '/v1/models', query: 'limit=2&after_id=claude-sonnet-5-5' });
  });

  it('is the key of the gateway and never one of the caller, nor any other header', async () => {
    const upstream = await recordingUpstream();
    const gateway = await gatewayFor(upstream.url);
    const headers = {
      authorization: 'Bearer callers',
      'x-api-key': 'callers',
      cookie: 'a=b',
      'x-forwarded-host': 'evil',
    };
    await send(gateway, '/v1/messages', { body: HELLO, headers });
    const seen = upstream.last().headers;
    expect(seen.authorization).toBe('Bearer sk-ant-gateways-own');
    expect(seen).not.toHaveProperty('x-api-key');
    expect(seen).not.toHaveProperty('cookie');
    expect(seen).not.toHaveProperty('x-forwarded-host');
  });

  it('is a version of the API even where the caller names none', async () => {
    const { sim, gateway } = await startPair();
    expect((await send(gateway, '/v1/messages', { body: HELLO })).status).toBe(200);
    expect(sim.lastRequest().headers['anthropic-version']).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it('is the id of a model as one segment of the path, whatever it holds', async () => {
    const { sim, gateway } = await startPair();
    await send(gateway, '/v1/models/a%2Fb%3Fc');
    expect(sim.lastRequest()).toMatchObject({ path: '/v1/models/a%2Fb%3Fc', query: '' });
    sim.reset();
    expect((await send(gateway, '/v1/models/%2e%2e')).status).toBe(404);
    expect(sim.requests).toEqual([]);
  });
});

describe('What comes back', () => {
  it('has the headers of the API, an id of ours, and none about connection or encoding', async () => {
    const upstream = await recordingUpstream({
      'anthropic-ratelimit-requests-remaining': '49',
      'request-id': 'req_upstream',
      'cache-control': 'no-store',
      'retry-after': '3',
      'x-should-retry': 'false',
      'keep-alive': 'timeout=1',
      'set-cookie': 'session=1',
      server: 'cloudflare',
    });
    const gateway = await gatewayFor(upstream.url);
    const { headers, text } = await send(gateway, '/v1/messages', { body: HELLO });
    expect(headers).toEqual({
      'anthropic-ratelimit-requests-remaining': '49',
      'cache-control': 'no-store',
      connection: 'close',
      'content-length': String(text.length),
      'content-type': 'application/json',
      date: expect.any(String) as string,
      'request-id': 'req_upstream',
      'retry-after': '3',
      'x-request-id': expect.any(String) as string,
      'x-should-retry': 'false',
    });
  });

  it('answers liveness without asking anybody', async () => {
    const gateway = await gatewayFor('http://127.0.0.1:9');
    const { status, text } = await send(gateway, '/health/live');
    expect([status, text]).toEqual([200, '{"status":"ok"}']);
  });
});
