import { createServer as createTlsServer } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import { TEST_CERTIFICATE, TEST_KEY } from './spec-support/certificate.js';
import { serveEverything } from './spec-support/echo-server.js';
import { listening, serve, serveTcp, type TestServer } from './spec-support/server.js';
import { useTransports } from './spec-support/transports.js';
import { rejection, until } from './spec-support/waiting.js';
import { createTransport } from './transport.js';

const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('the undici transport', () => {
  const { started, transportWith } = useTransports();

  it('fails the one request whose answer is no HTTP, or whose headers are too large', async () => {
    const garbage = await started(serveTcp((socket) => socket.on('data', () => socket.end('nonsense\r\n\r\n'))));
    expect(await rejection(transportWith().fetch(garbage.url))).toMatchObject({
      message: 'fetch failed',
      cause: { name: 'HTTPParserError' },
    });
    const large = `${HEAD}x: ${'x'.repeat(2_000)}\r\n\r\n`;
    const verbose = await started(serveTcp((socket) => socket.on('data', () => socket.end(large))));
    expect(await rejection(transportWith({ maxResponseHeaderBytes: 1_000 }).fetch(verbose.url))).toMatchObject({
      message: 'fetch failed',
      cause: { code: 'UND_ERR_HEADERS_OVERFLOW' },
    });
  });

  it('sends through the dispatcher of the call', async () => {
    const server = await started(serveEverything());
    const transport = transportWith();
    const dispatcher = new Agent();
    const response = await transport.fetch(`${server.url}/json`, { dispatcher });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    await expect(response.json()).resolves.toEqual({ text: 'Grüße' });
    const endless = await transport.fetch(`${server.url}/endless`, { dispatcher });
    await delay(50);
    expect(endless.wire?.queuedBytes).toBeLessThan(256 * 1024);
    await endless.body?.cancel();
    expect(await rejection(transport.fetch(`${server.url}/reset-before-headers`, { dispatcher }))).toMatchObject({
      message: 'fetch failed',
    });
    expect(transport.stats).toEqual({ openSockets: 0, activeRequests: 0 });
    await dispatcher.close();
  });

  it('works with a dispatcher that knows only the older callbacks', async () => {
    const server = await started(serveEverything());
    const agent = new Agent();
    const older = (handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler => ({
      onConnect: (abort) => handler.onConnect?.(abort),
      onHeaders: (...head) => handler.onHeaders?.(...head) ?? true,
      onData: (chunk) => handler.onData?.(chunk) ?? true,
      onComplete: (trailers) => handler.onComplete?.(trailers),
      onError: (error) => handler.onError?.(error),
    });
    const dispatcher = {
      dispatch: (options: Dispatcher.DispatchOptions, handler: object) => agent.dispatch(options, older(handler)),
    };
    const response = await transportWith().fetch(`${server.url}/json`, { dispatcher });
    await expect(response.json()).resolves.toEqual({ text: 'Grüße' });
    await agent.close();
  });

  it('stops sending the body of a request that is aborted', async () => {
    const server = await started(serve(() => undefined));
    const controller = new AbortController();
    let stopped = false;
    const body = new ReadableStream({
      pull: (stream) => delay(5).then(() => stream.enqueue(Buffer.from('more'))),
      cancel: () => void (stopped = true),
    });
    const pending = rejection(transportWith().fetch(server.url, { method: 'POST', body, signal: controller.signal }));
    await delay(30);
    controller.abort();
    expect((await pending).name).toBe('AbortError');
    await until(() => stopped, 'cancelling of the body');
  });

  it('fails when the body of the request does', async () => {
    const server = await started(serveEverything());
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('part');
      throw new Error('disk on fire');
    }
    const error = await rejection(transportWith().fetch(`${server.url}/echo`, { method: 'POST', body: broken() }));
    expect(error).toMatchObject({ message: 'fetch failed', cause: { message: 'disk on fire' } });
  });

  it('takes a Request', async () => {
    const server = await started(serveEverything());
    const request = new Request(`${server.url}/echo`, { method: 'POST', body: 'x', headers: { 'x-one': '1' } });
    const sent = (await (await transportWith().fetch(request)).json()) as { body: string; headers: object };
    expect(sent).toMatchObject({ body: 'x', headers: { 'x-one': '1' } });
  });

  describe('TLS', () => {
    const secure = (): Promise<TestServer> =>
      started(
        listening(
          createTlsServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, (_, response) => response.end('secret')),
          'https',
        ),
      );

    it('trusts the authority it is given', async () => {
      const { port } = await secure();
      const { fetch } = transportWith({ tls: { ca: TEST_CERTIFICATE } });
      await expect((await fetch(`https://localhost:${port}`)).text()).resolves.toBe('secret');
    });

    it.each([
      ['an unknown authority', {}, 'localhost', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      ['another host', { ca: TEST_CERTIFICATE }, '127.0.0.1', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ])('refuses a certificate of %s, and sends nothing', async (_, tls, host, code) => {
      const { port } = await secure();
      const error = await rejection(transportWith({ tls }).fetch(`https://${host}:${port}`));
      expect(error).toMatchObject({ message: 'fetch failed', cause: { code, cause: { code } } });
      expect(error.cause).toMatchObject({ message: expect.stringContaining(`connection to ${host}: `) });
      expect(String(error) + String(error.cause)).not.toMatch(/timed? ?out/i);
    });
  });
});

describe('the fetch transport', () => {
  it('makes the responses of a given fetch tappable', async () => {
    const { fetch } = createTransport({ fetch: () => Promise.resolve(new Response('answer')) });
    const response = await fetch('http://127.0.0.1');
    const seen: string[] = [];
    response.wire?.tap({
      chunk: (bytes) => void seen.push(Buffer.from(bytes).toString()),
      end: () => void seen.push('<end>'),
      fail: (error) => error,
      cancel() {},
    });
    await expect(response.text()).resolves.toBe('answer');
    expect(seen).toEqual(['answer', '<end>']);
  });

  it('refuses requests after close', async () => {
    const transport = createTransport({ kind: 'fetch' });
    await transport.close();
    expect(await rejection(transport.fetch('http://127.0.0.1'))).toMatchObject({
      cause: { code: 'ERR_TRANSPORT_CLOSED' },
    });
  });
});
