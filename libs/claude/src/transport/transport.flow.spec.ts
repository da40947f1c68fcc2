import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { ENDLESS_CHUNK, serveEverything } from './spec-support/echo-server.js';
import { serve, serveTcp } from './spec-support/server.js';
import { useTransports } from './spec-support/transports.js';
import { rejection, until } from './spec-support/waiting.js';

const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('the flow of a body through the undici transport', () => {
  const { started, transportWith } = useTransports();

  describe('time-outs', () => {
    const asTimeout = /timed? ?out/i;

    it('bound the connection, the TLS handshake included', async () => {
      const silent = await started(serveTcp(() => undefined));
      const { fetch } = transportWith({ connectTimeoutMs: 100 });
      const error = await rejection(fetch(silent.url.replace('http', 'https')));
      expect(error).toMatchObject({ message: 'fetch failed', cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } });
      expect(String(error.cause)).toMatch(asTimeout);
    });

    it('bound the wait for headers', async () => {
      const silent = await started(serveTcp(() => undefined));
      const error = await rejection(transportWith({ headersTimeoutMs: 100 }).fetch(silent.url));
      expect(error).toMatchObject({ message: 'fetch failed', cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } });
      expect(String(error.cause)).toMatch(asTimeout);
    });

    it('bound the silence within a body', async () => {
      const server = await started(serveEverything());
      const response = await transportWith({ bodyTimeoutMs: 100 }).fetch(`${server.url}/silence`);
      const error = await rejection(response.text());
      expect(error).toMatchObject({ message: 'terminated', cause: { code: 'UND_ERR_BODY_TIMEOUT' } });
    });
  });

  describe('back-pressure', () => {
    it('holds no more than the high-water mark and what one read of the socket brings', async () => {
      const server = await started(serveEverything());
      const { wire, body } = await transportWith().fetch(`${server.url}/endless`);
      await delay(100);
      const held = wire?.queuedBytes ?? 0;
      expect(held).toBeGreaterThan(64 * 1024);
      expect(held).toBeLessThan(256 * 1024);
      for await (const chunk of body ?? []) if (chunk.byteLength > 0 && (await drained())) break;

      async function drained(): Promise<boolean> {
        await delay(5);
        expect(wire?.queuedBytes).toBeLessThan(256 * 1024);
        return true;
      }
    });

    it('resumes after a pause until everything is there', async () => {
      const size = 100 * ENDLESS_CHUNK.length;
      const server = await started(serve((_, response) => response.end(Buffer.alloc(size))));
      const response = await transportWith().fetch(server.url);
      let received = 0;
      for await (const chunk of response.body ?? []) {
        received += chunk.byteLength;
        if (received % 7 === 0) await delay(1);
      }
      expect(received).toBe(size);
    });

    it('reaches through the decoding of a compressed body', async () => {
      const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
      const server = await started(serve((_, response) => response.setHeader('content-encoding', 'gzip').end(bomb)));
      const { wire, body } = await transportWith().fetch(server.url);
      await delay(100);
      expect(wire?.queuedBytes).toBeLessThan(256 * 1024);
      let received = 0;
      for await (const chunk of body ?? []) received += chunk.byteLength;
      expect(received).toBe(64 * 1024 * 1024);
    });
  });

  describe('a compressed body', () => {
    it('that is corrupt fails with the encoding in its cause, and the connection is not used again', async () => {
      const server = await started(
        serve((_, response) => {
          response.setHeader('content-encoding', 'gzip');
          response.write('this is no gzip');
        }),
      );
      const error = await rejection((await transportWith().fetch(server.url)).text());
      expect(error).toMatchObject({ message: 'terminated', cause: { code: 'ERR_CONTENT_DECODING' } });
      expect(String(error.cause)).toContain('"gzip"');
      await until(() => server.broken === 1, 'closing of the connection');
    });

    it('that ends too early fails', async () => {
      const server = await started(serveEverything());
      const error = await rejection((await transportWith().fetch(`${server.url}/truncated-gzip`)).text());
      expect(error).toMatchObject({ cause: { code: 'ERR_CONTENT_DECODING' } });
    });

    it('that is cancelled closes its connection', async () => {
      const server = await started(
        serve((_, response) => {
          response.setHeader('content-encoding', 'gzip');
          response.write(gzipSync('begin').subarray(0, 20));
        }),
      );
      const response = await transportWith().fetch(server.url);
      await response.body?.cancel();
      await until(() => server.broken === 1, 'closing of the connection');
      expect(response.wire?.settled).toBe('cancelled');
    });
  });

  it('ignores informational responses', async () => {
    const server = await started(
      serve((_, response) => {
        response.writeEarlyHints({ link: '</x>; rel=preload' }, () => response.end('final'));
      }),
    );
    const response = await transportWith().fetch(server.url);
    expect(response.headers.get('link')).toBeNull();
    await expect(response.text()).resolves.toBe('final');
  });

  it('gives text that was cut within a character over two segments', async () => {
    const bytes = Buffer.from('Grüße, 世界');
    const server = await started(
      serveTcp((socket) => {
        socket.on('data', () => {
          socket.write(`${HEAD}content-length: ${bytes.length}\r\n\r\n`);
          bytes.forEach((_, at) => setTimeout(() => socket.write(bytes.subarray(at, at + 1)), at));
        });
      }),
    );
    await expect((await transportWith().fetch(server.url)).text()).resolves.toBe('Grüße, 世界');
  });
});
