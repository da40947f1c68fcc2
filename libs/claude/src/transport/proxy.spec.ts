import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { serveEverything } from './spec-support/echo-server.js';
import { listening, type TestServer } from './spec-support/server.js';
import { rejection } from './spec-support/waiting.js';
import { createTransport, type Transport, type TransportOptions } from './transport.js';

const VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];

describe('a proxy', () => {
  const saved = new Map(VARIABLES.map((name) => [name, process.env[name]]));
  let target: TestServer;
  let proxy: TestServer;
  let tunnels: { readonly to: string | undefined; readonly auth: string | undefined }[];
  let transport: Transport | undefined;

  beforeEach(async () => {
    for (const name of VARIABLES) delete process.env[name];
    tunnels = [];
    target = await serveEverything();
    proxy = await listening(tunnelling(tunnels), 'http');
  });

  afterEach(async () => {
    await transport?.close();
    await Promise.all([proxy.close(), target.close()]);
  });

  afterAll(() => {
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  async function read(options: TransportOptions): Promise<unknown> {
    transport = createTransport({ closeDeadlineMs: 0, ...options });
    return (await transport.fetch(`${target.url}/json`)).json();
  }

  it.each(['HTTP_PROXY', 'http_proxy'])('is taken from %s', async (name) => {
    process.env[name] = proxy.url;
    await expect(read({})).resolves.toEqual({ text: 'Grüße' });
    expect(tunnels).toEqual([{ to: `127.0.0.1:${target.port}`, auth: undefined }]);
    expect(transport?.stats).toEqual({ openSockets: 1, activeRequests: 0 });
  });

  it.each(['NO_PROXY', 'no_proxy'])('is left out for the hosts of %s', async (name) => {
    process.env['HTTP_PROXY'] = proxy.url;
    process.env[name] = 'example.com,127.0.0.1';
    await expect(read({})).resolves.toEqual({ text: 'Grüße' });
    expect(tunnels).toEqual([]);
  });

  it('is left out when the transport is to use none', async () => {
    process.env['HTTP_PROXY'] = proxy.url;
    await read({ proxy: 'none' });
    expect(tunnels).toEqual([]);
  });

  it('is the one of the options, with its credentials', async () => {
    await read({ proxy: proxy.url.replace('//', '//user:pass@') });
    expect(tunnels).toEqual([
      { to: `127.0.0.1:${target.port}`, auth: `Basic ${Buffer.from('user:pass').toString('base64')}` },
    ]);
  });

  it('that refuses is a connection error', async () => {
    transport = createTransport({ proxy: proxy.url });
    const error = await rejection(transport.fetch('http://forbidden.example/'));
    expect(error).toMatchObject({ message: 'fetch failed', name: 'TypeError' });
    expect(String(error.cause)).toContain('403');
  });

  it('whose URL is none is refused at once, without quoting it', () => {
    const create = () => createTransport({ proxy: 'http://user:secret@:bad' });
    expect(create).toThrow('The URL of the proxy is not valid');
    expect(create).not.toThrow('secret');
  });
});

/** A proxy for CONNECT, which refuses what is not on this machine. */
function tunnelling(tunnels: { to: string | undefined; auth: string | undefined }[]): ReturnType<typeof createServer> {
  const server = createServer((_, response) => response.writeHead(405).end());
  return server.on('connect', (request, client: Socket) => {
    const [host = '', port] = (request.url ?? '').split(':');
    if (host !== '127.0.0.1') return client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    tunnels.push({ to: request.url, auth: request.headers['proxy-authorization'] });
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    client.on('error', () => upstream.destroy());
    return upstream.on('error', () => client.destroy());
  });
}
