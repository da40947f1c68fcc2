import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Longer than any client keeps an idle connection, so that no request meets a socket that is being closed. */
const KEEP_ALIVE_MS = 120_000;

/** The server and its sockets. */
export class HttpServer {
  readonly url: string;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: ReadonlySet<Socket>;
  #closed: Promise<void> | undefined;

  private constructor(server: Server, sockets: ReadonlySet<Socket>, host: string) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** Rejects with Node's own error when the port is taken or the host unknown. */
  static async listen(listener: RequestListener, port: number, host: string): Promise<HttpServer> {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, listener);
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return new HttpServer(server, sockets, host);
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Stops listening and ends every connection at once. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const gone = Array.from(this.#sockets, (socket) => {
      const done = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.destroy();
      return done;
    });
    await Promise.all([closed, ...gone]);
  }
}
