import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { serve, type TestServer } from './server.js';

type Route = (response: ServerResponse, request: IncomingMessage) => unknown;

export const TEXT = 'Grüße, 世界! '.repeat(200);
/** Larger than everything that buffers between a server and a reader that does not read. */
export const ENDLESS_CHUNK = Buffer.alloc(64 * 1024, 'x');

/** Every way a response can be, by path. */
const ROUTES: Readonly<Record<string, Route>> = {
  '/json': (response) => {
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.setHeader('X-Twice', ['one', 'two']);
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.writeHead(201, 'Made Up').end('{"text":"Grüße"}');
  },
  '/echo': async (response, request) => {
    const { method, headers } = request;
    const chunks: Buffer[] | null = await request.toArray().catch(() => null);
    if (chunks === null) return;
    const body = Buffer.concat(chunks);
    response.end(JSON.stringify({ method, headers, body: body.toString('latin1') }));
  },
  '/bom': (response) => response.end('\uFEFF{"a":1}'),
  '/empty': (response) => response.end(),
  '/no-content': (response) => response.writeHead(204).end(),
  '/not-modified': (response) => response.writeHead(304).end(),
  '/not-json': (response) => response.writeHead(502).end('<html>bad gateway</html>'),
  '/form': (response) => {
    response.setHeader('content-type', 'application/x-www-form-urlencoded');
    response.end('a=1&b=two+words');
  },
  '/redirect': (response) => response.writeHead(307, { location: '/json' }).end('moved'),
  '/gzip': encoded('gzip', gzipSync(TEXT)),
  '/br': encoded('br', brotliCompressSync(TEXT)),
  '/deflate': encoded('deflate', deflateSync(TEXT)),
  '/raw-deflate': encoded('deflate', deflateRawSync(TEXT)),
  '/twice-encoded': encoded('gzip, br', brotliCompressSync(gzipSync(TEXT))),
  '/unknown-encoding': encoded('rot13', Buffer.from(TEXT)),
  '/corrupt-gzip': encoded('gzip', Buffer.from('this is no gzip')),
  '/truncated-gzip': encoded('gzip', gzipSync(TEXT).subarray(0, 40)),
  '/chunks': async (response) => {
    for (const chunk of ['one ', 'two ', 'three']) {
      response.write(chunk);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    response.end();
  },
  '/silence': (response) => response.write('first'),
  '/never': () => undefined,
  '/endless': (response) => {
    const write = (): void => {
      while (response.write(ENDLESS_CHUNK));
      response.once('drain', write);
    };
    write();
  },
  '/reset-before-headers': (_, request) => request.socket.resetAndDestroy(),
  '/reset-mid-body': (response, request) => {
    response.write('part', () => setTimeout(() => request.socket.resetAndDestroy(), 10));
  },
  '/truncated-chunked': (response, request) => {
    response.write('part', () => setTimeout(() => request.socket.end(), 10));
  },
  '/short-of-length': (response, request) => {
    response.setHeader('content-length', 100);
    response.write('part', () => setTimeout(() => request.socket.end(), 10));
  },
};

function encoded(encoding: string, bytes: Buffer): Route {
  return (response) => response.writeHead(200, { 'content-encoding': encoding }).end(bytes);
}

export function serveEverything(): Promise<TestServer> {
  return serve((request, response) => {
    void ROUTES[new URL(request.url ?? '', 'http://localhost').pathname]?.(response, request);
  });
}
