import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Gateway } from '../../src/gateway.js';
import {
  activeCalls,
  errorIn,
  eventually,
  gatewayFor,
  HELLO,
  open,
  send,
  sendRaw,
  startPair,
  startUpstream,
} from './support.js';

const BODY = JSON.stringify(HELLO);
const FRAMED = `content-type: application/json\r\ncontent-length: ${BODY.length}\r\nconnection: close\r\n`;
const CHUNKED = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;

/** A message with other headers than a client sends. */
function post(headers: string, body = BODY): string {
  return `POST /v1/messages HTTP/1.1\r\n${headers}\r\n${body}`;
}

describe('A request that two servers could read in two ways', () => {
  it.each([
    ['a length and chunks', `host: localhost\r\n${FRAMED}transfer-encoding: chunked\r\n`, CHUNKED],
    ['two lengths', `host: localhost\r\n${FRAMED}content-length: 5\r\n`, BODY],
    ['a length that is no number', 'host: localhost\r\ncontent-length: 5, 5\r\nconnection: close\r\n', 'hello'],
    ['a folded header', `host: localhost\r\n${FRAMED}x-folded: a\r\n b\r\n`, BODY],
    ['a header that ends with a line feed alone', `host: localhost\r\n${FRAMED}x: a\nx-api-key: b\r\n`, BODY],
    ['a space before the colon', `host: localhost\r\n${FRAMED}x-api-key : b\r\n`, BODY],
    ['two hosts', `host: localhost\r\nhost: 127.0.0.1\r\n${FRAMED}`, BODY],
    ['no host', FRAMED, BODY],
    [
      'a connection that names another header',
      `host: localhost\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\nconnection: close, x-api-key\r\n`,
      BODY,
    ],
    [
      'another coding of the transfer',
      `host: localhost\r\ntransfer-encoding: gzip, chunked\r\nconnection: close\r\n`,
      CHUNKED,
    ],
  ])('is refused: %s', async (_what, headers, body) => {
    const { sim, gateway } = await startPair();
    const { status, text } = await sendRaw(gateway, post(headers, body));
    expect([400, 403, 501]).toContain(status);
    expect(text).not.toContain('"type":"message"');
    expect(sim.requests).toEqual([]);
  });

  it('is answered once, whatever it hides behind its end', async () => {
    const { sim, gateway } = await startPair();
    const hidden = `${BODY}POST /v1/messages HTTP/1.1\r\nhost: evil.example\r\n\r\n`;
    const { status, text } = await sendRaw(gateway, post(`host: localhost\r\n${FRAMED}`, hidden));
    expect([200, 400]).toContain(status);
    expect(text).not.toContain('HTTP/1.1');
    expect(sim.requests.length).toBeLessThanOrEqual(1);
  });
});

describe('A header', () => {
  it.each([
    'x-api-base',
    'x-base-url',
    'x-portkey-custom-host',
    'x-litellm-api-base',
    'custom-host',
    'base-url',
    'api-base',
  ])('%s leads no request elsewhere', async (name) => {
    const { sim, gateway } = await startPair();
    const answer = await send(gateway, '/v1/messages', { body: HELLO, headers: { [name]: 'https://evil.example' } });
    expect(errorIn(answer)).toMatchObject({
      status: 400,
      message: `${name}: where requests go is not for them to say.`,
    });
    expect(sim.requests).toEqual([]);
  });

  it.each([
    ['anthropic-beta', 'a;b'],
    ['anthropic-beta', 'x'.repeat(2_001)],
    ['anthropic-version', '2023 06 01'],
    ['traceparent', '<script>'],
  ])('%s of %j is refused', async (name, value) => {
    const { sim, gateway } = await startPair();
    const answer = await send(gateway, '/v1/messages', { body: HELLO, headers: { [name]: value } });
    expect(errorIn(answer).message).toContain(name);
    expect(sim.requests).toEqual([]);
  });

  it('goes on if it is one of those that are meant to, both ways', async () => {
    const { sim, gateway } = await startPair();
    const passed = {
      'anthropic-beta': 'a-2025-01-01,b',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    };
    const kept = {
      cookie: 'a=b',
      'x-forwarded-for': '1.2.3.4',
      'proxy-authorization': 'Basic x',
      te: 'trailers',
      'x-other': '1',
    };
    const { headers } = await send(gateway, '/v1/messages', { body: HELLO, headers: { ...passed, ...kept } });
    expect(sim.lastRequest().headers).toMatchObject(passed);
    for (const name of Object.keys(kept)) expect(sim.lastRequest().headers).not.toHaveProperty(name);
    expect(Object.keys(headers).filter((name) => /cookie|server|powered|proxy|access-control/.test(name))).toEqual([]);
  });

  it('of a page of the web is answered with no leave to read', async () => {
    const { gateway } = await startPair();
    const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const answer = await send(gateway, '/v1/messages', { method: 'OPTIONS', headers: preflight });
    expect(answer.status).toBe(405);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('A body', () => {
  it.each(['gzip', 'br', 'identity, gzip'])('compressed by %s is not unpacked', async (encoding) => {
    const { sim, gateway } = await startPair();
    const bomb = gzipSync(Buffer.alloc(1024 * 1024));
    const answer = await send(gateway, '/v1/messages', { body: bomb, headers: { 'content-encoding': encoding } });
    expect(errorIn(answer)).toMatchObject({
      status: 415,
      message: 'content-encoding: bodies are taken uncompressed only.',
    });
    expect(sim.requests).toEqual([]);
  });

  it('that never ends is cut at the limit', async () => {
    const { sim, gateway } = await startPair({}, {}, { BODY_LIMIT_BYTES: '65536' });
    const socket = dial(gateway);
    socket.write(
      'POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    let written = 0;
    let received = '';
    socket.on('data', (data: Buffer) => (received += data.toString()));
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    const pump = setInterval(() => void (socket.writable && (written += 1) && socket.write(chunk)), 1);
    await closed;
    clearInterval(pump);
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(written).toBeLessThan(1_000);
    expect(sim.requests).toEqual([]);
  });

  it('that is shorter than it said is not waited for longer than a request may take', async () => {
    const { gateway } = await startPair({}, {}, { REQUEST_TIMEOUT_MS: '200', HEADERS_TIMEOUT_MS: '200' });
    const { status } = await sendRaw(
      gateway,
      `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"model"`,
    );
    expect(status).toBe(408);
  });
});

describe('A client that takes its time', () => {
  it('over its headers is let go', async () => {
    const { gateway } = await startPair({}, {}, { HEADERS_TIMEOUT_MS: '200' });
    const socket = dial(gateway);
    let received = '';
    socket.on('data', (data: Buffer) => (received += data.toString()));
    const text = `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\n${'x-padding: y\r\n'.repeat(1_000)}`;
    let at = 0;
    const trickle = setInterval(() => void (socket.writable && socket.write(text[at++] ?? 'z')), 5);
    await new Promise((resolve) => void socket.once('close', resolve));
    clearInterval(trickle);
    expect(received).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('over its stream is let go, and so is the call behind it', async () => {
    const event = `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${'x'.repeat(50_000)}"}}\n\n`;
    let isOver = false;
    const upstream = await startUpstream((_request, response) => {
      response.on('close', () => (isOver = true));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(
        'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":1,"output_tokens":1}}}\n\n',
      );
      const more = (): void => {
        while (!response.destroyed) if (!response.write(event)) return void response.once('drain', more);
      };
      more();
    });
    const gateway = await gatewayFor(upstream, {}, { WRITE_TIMEOUT_MS: '100' });
    const { response } = open(gateway);
    (await response).on('error', () => undefined).pause();
    const before = process.memoryUsage.rss();
    await eventually(() => isOver && activeCalls(gateway) === 0, 10_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('over a long answer is let go too, and one that reads on is not', async () => {
    const long = JSON.stringify({
      type: 'message',
      text: 'x'.repeat(8 * 1024 * 1024),
      usage: { input_tokens: 1, output_tokens: 1 },
    });
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(long);
    });
    const gateway = await gatewayFor(upstream, {}, { WRITE_TIMEOUT_MS: '1000' });
    const lazy = dial(gateway);
    const closed = new Promise((resolve) => void lazy.once('close', resolve));
    lazy.write(post(`host: localhost\r\n${FRAMED.replace('connection: close\r\n', '')}`));
    await eventually(() => lazy.bytesRead > 0, 10_000);
    lazy.pause();
    await new Promise((resolve) => void setTimeout(resolve, 2_500));
    lazy.resume();
    await closed;
    expect(lazy.bytesRead).toBeLessThan(long.length);
    expect((await send(gateway, '/v1/messages', { body: HELLO })).text).toHaveLength(long.length);
  }, 60_000);
});

describe('The upstream', () => {
  it.each([301, 302, 307, 308])('cannot lead a request and its key elsewhere by a %i', async (status) => {
    let led = 0;
    const elsewhere = await startUpstream((_request, response) => {
      led += 1;
      response.end('{}');
    });
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(status, { location: `${elsewhere}/v1/messages` }).end();
    });
    const answer = await send(await gatewayFor(upstream), '/v1/messages', { body: HELLO });
    expect(answer.status).toBeGreaterThanOrEqual(300);
    expect(answer.headers).not.toHaveProperty('location');
    expect(led).toBe(0);
  });

  it('cannot set a cookie, or tell what it runs on', async () => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'set-cookie': 'a=b',
        server: 'x',
        connection: 'x-secret',
        'x-secret': '1',
      });
      response.end('{"type":"message","usage":{"input_tokens":1,"output_tokens":1}}');
    });
    const { status, headers } = await send(await gatewayFor(upstream), '/v1/messages', { body: HELLO });
    expect(status).toBe(200);
    for (const name of ['set-cookie', 'server', 'x-secret']) expect(headers).not.toHaveProperty(name);
  });
});

it('After all of this the prototype of every object is as it was', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  const { gateway } = await startPair();
  await send(gateway, '/v1/messages', {
    body: `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`,
  });
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  expect((await send(gateway, '/v1/messages', { body: HELLO })).status).toBe(200);
});

function dial({ url }: Gateway): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname).on('error', () => undefined);
}
