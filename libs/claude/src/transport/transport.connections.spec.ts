import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { serveEverything } from './spec-support/echo-server.js';
import { serve, serveTcp, type TestServer } from './spec-support/server.js';
import { useTransports } from './spec-support/transports.js';
import { rejection, until, untilCollected } from './spec-support/waiting.js';

const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('the connections of the undici transport', () => {
  const { started, transportWith } = useTransports();

  describe('a kept connection that the server closed', () => {
    /** Answers the first request of a connection, and closes that at the second, whose first byte it has read. */
    function forgetful(connections: Socket[], close: (socket: Socket) => void): Promise<TestServer> {
      return serveTcp((socket) => {
        connections.push(socket);
        let requests = 0;
        socket.on('data', () => {
          requests += 1;
          if (requests === 1) socket.write(`${HEAD}content-length: 2\r\n\r\n${connections.length}.`);
          else close(socket);
        });
      });
    }

    it.each([
      ['ending it', (socket: Socket) => socket.end()],
      ['resetting it', (socket: Socket) => socket.resetAndDestroy()],
    ])('by %s costs nothing: the request is sent again on a new one', async (_, close) => {
      const connections: Socket[] = [];
      const server = await started(forgetful(connections, close));
      const transport = transportWith();
      const send = async (): Promise<string> =>
        (await transport.fetch(server.url, { method: 'POST', body: 'x' })).text();
      expect(await send()).toBe('1.');
      await delay(5);
      expect(await send()).toBe('2.');
      expect(connections).toHaveLength(2);
      expect(transport.stats.activeRequests).toBe(0);
    });

    it('fails the request when its body cannot be sent again', async () => {
      const server = await started(forgetful([], (socket) => socket.end()));
      const { fetch } = transportWith();
      await (await fetch(server.url)).text();
      await delay(5);
      const body = new Blob(['x']).stream();
      expect((await rejection(fetch(server.url, { method: 'POST', body }))).message).toBe('fetch failed');
    });

    it('fails the request when that is switched off', async () => {
      const connections: Socket[] = [];
      const server = await started(forgetful(connections, (socket) => socket.end()));
      const { fetch } = transportWith({ retryStaleConnections: false });
      await (await fetch(server.url)).text();
      await delay(5);
      expect((await rejection(fetch(server.url))).message).toBe('fetch failed');
      expect(connections).toHaveLength(1);
    });

    it('fails the request when an answer had begun', async () => {
      const connections: Socket[] = [];
      const server = await started(forgetful(connections, (socket) => socket.end('HTTP/1.1 200')));
      const { fetch } = transportWith();
      await (await fetch(server.url)).text();
      await delay(5);
      expect((await rejection(fetch(server.url))).message).toBe('fetch failed');
      expect(connections).toHaveLength(1);
    });
  });

  it('does not send again what failed on a new connection', async () => {
    let connections = 0;
    const server = await started(
      serveTcp((socket) => {
        connections += 1;
        socket.on('data', () => socket.end());
      }),
    );
    expect((await rejection(transportWith().fetch(server.url))).message).toBe('fetch failed');
    expect(connections).toBe(1);
  });

  describe('connections', () => {
    it('are reused after requests that were aborted', async () => {
      const server = await started(serveEverything());
      const transport = transportWith();
      for (const path of ['/never', '/silence', '/never']) {
        const pending = transport.fetch(`${server.url}${path}`, { signal: AbortSignal.timeout(10) });
        await pending.then((response) => response.text()).catch(() => undefined);
      }
      const ports = new Set<number | undefined>();
      for (let turn = 0; turn < 6; turn += 1) {
        await (await transport.fetch(`${server.url}/json`)).text();
        await delay(5);
        for (const socket of server.open) ports.add(socket.remotePort);
      }
      // The aborted ones may still be closing; without reuse there would be six more.
      expect(ports.size).toBeLessThanOrEqual(4);
    });

    it('are limited per origin, the rest of the requests waiting', async () => {
      const server = await started(serve((_, response) => setTimeout(() => response.end('ok'), 5)));
      const transport = transportWith({ connections: 2 });
      const texts = await Promise.all(
        Array.from({ length: 10 }, async () => (await transport.fetch(server.url)).text()),
      );
      expect(texts).toEqual(Array.from({ length: 10 }, () => 'ok'));
      expect(server.accepted).toBe(2);
      expect(transport.stats).toEqual({ openSockets: 2, activeRequests: 0 });
    });

    it('are counted, as are the requests on them', async () => {
      const server = await started(serveEverything());
      const transport = transportWith();
      const response = await transport.fetch(`${server.url}/silence`);
      expect(transport.stats).toEqual({ openSockets: 1, activeRequests: 1 });
      await response.body?.cancel();
      await until(() => server.broken === 1, 'closing of the connection');
      expect(transport.stats.activeRequests).toBe(0);
    });

    it('are let go of when idle for the time given', async () => {
      const server = await started(serve((_, response) => response.end('ok'), 0));
      const transport = transportWith({ keepAliveTimeoutMs: 20 });
      await (await transport.fetch(server.url)).text();
      expect(transport.stats.openSockets).toBe(1);
      await until(() => transport.stats.openSockets === 0, 'closing of the connection');
    });
  });

  describe('a response that is dropped unread', () => {
    it('lets go of its connection when it is garbage', async () => {
      const server = await started(serveEverything());
      const transport = transportWith();
      const seen: string[] = [];
      await (async () => {
        const { wire } = await transport.fetch(`${server.url}/silence`);
        wire?.tap({ chunk() {}, end() {}, fail: (error) => error, cancel: () => void seen.push('cancel') });
      })();
      await untilCollected(() => server.broken === 1);
      expect(seen).toEqual(['cancel']);
      expect(transport.stats.activeRequests).toBe(0);
    });

    it('keeps it while its stream, an iterator of that, or a clone is in use', async () => {
      const server = await started(serveEverything());
      const transport = transportWith();
      const get = () => transport.fetch(`${server.url}/silence`);
      const { body } = await get();
      const iterator = (await get()).body?.[Symbol.asyncIterator]();
      const reader = (await get()).body?.getReader();
      const clone = (await get()).clone();
      await (async () => void (await get()))();
      await untilCollected(() => server.broken === 1);
      expect(transport.stats.activeRequests).toBe(4);
      await iterator?.return?.();
      await reader?.cancel();
      await Promise.all([body?.cancel(), clone.body?.cancel()]);
      await until(() => server.broken === 5, 'closing of the connections');
    });
  });

  describe('close', () => {
    it('lets running requests end and refuses new ones', async () => {
      const server = await started(serveEverything());
      const transport = transportWith({ closeDeadlineMs: 2_000 });
      const response = await transport.fetch(`${server.url}/chunks`);
      const closed = transport.close();
      expect(await rejection(transport.fetch(`${server.url}/json`))).toMatchObject({
        message: 'fetch failed',
        cause: { code: 'ERR_TRANSPORT_CLOSED' },
      });
      await expect(response.text()).resolves.toBe('one two three');
      await closed;
      await transport.close();
      expect(transport.stats).toEqual({ openSockets: 0, activeRequests: 0 });
    });

    it('destroys what still runs at the deadline', async () => {
      const server = await started(serveEverything());
      const transport = transportWith({ closeDeadlineMs: 30 });
      const response = await transport.fetch(`${server.url}/silence`);
      const waiting = rejection(transport.fetch(`${server.url}/never`));
      await transport.close();
      expect(await waiting).toMatchObject({ cause: { code: 'ERR_TRANSPORT_CLOSED' } });
      expect(await rejection(response.text())).toMatchObject({ cause: { code: 'ERR_TRANSPORT_CLOSED' } });
      expect(transport.stats).toEqual({ openSockets: 0, activeRequests: 0 });
    });
  });
});
