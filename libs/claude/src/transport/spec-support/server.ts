import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server on 127.0.0.1 and what it saw. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Connections open now. */
  readonly open: ReadonlySet<Socket>;
  /** Requests whose connection closed before they were answered completely. */
  readonly broken: number;
  close(): Promise<void>;
}

export function serve(handler: RequestListener, keepAliveTimeoutMs = 5_000): Promise<TestServer> {
  const server = createServer(handler);
  server.keepAliveTimeout = keepAliveTimeoutMs;
  return listening(server, 'http');
}

/** A server that answers with bytes written by hand, for what no HTTP library would send. */
export function serveTcp(handler: (socket: Socket) => void): Promise<TestServer> {
  return listening(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      handler(socket);
    }),
    'http',
  );
}

export async function listening(server: Server, scheme: 'http' | 'https'): Promise<TestServer> {
  const open = new Set<Socket>();
  let accepted = 0;
  let broken = 0;
  server.on('request', (_: unknown, response: ServerResponse) => {
    response.on('close', () => (broken += response.writableFinished ? 0 : 1));
  });
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    open,
    get accepted() {
      return accepted;
    },
    get broken() {
      return broken;
    },
    close: () => closed(server, open),
  };
}

async function closed(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  const gone = once(server, 'close');
  server.close();
  for (const socket of open) socket.destroy();
  await gone;
}
