import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server that can be made slow, or cut. */
export class SlowWay {
  /** Milliseconds that whatever is sent is late by, each way. */
  delayMs = 0;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #server: Server;

  private constructor(private readonly port: number) {
    this.#server = createServer((near) => this.#join(near));
  }

  /** @param port Where it leads to. */
  static async open(port: number): Promise<SlowWay> {
    const way = new SlowWay(port);
    await new Promise<void>((resolve) => way.#server.listen(0, '127.0.0.1', resolve));
    return way;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends it, and every connection that goes this way. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket): void {
    const far = connect(this.port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      this.#carry(from, to);
    }
  }

  /** What was sent earlier arrives earlier. */
  #carry(from: Socket, to: Socket): void {
    let latestMs = 0;
    from.on('data', (chunk) => {
      latestMs = Math.max(latestMs, performance.now() + this.delayMs);
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        to.write(chunk);
      }, latestMs - performance.now());
      this.#timers.add(timer);
    });
  }
}
