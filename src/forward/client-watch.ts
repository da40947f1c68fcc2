import type { EventEmitter } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Notices when the client leaves before its answer is complete. Release it when the answer is. */
export class ClientWatch {
  readonly #controller = new AbortController();
  readonly #connection: EventEmitter;
  readonly #leave = (): void => this.#controller.abort();

  constructor(request: FastifyRequest, reply: FastifyReply) {
    const { socket } = request.raw;
    // An answer that waits behind others on its connection (pipelining) has no socket yet, and would hear nothing of it.
    this.#connection = reply.raw.socket === null ? socket : reply.raw;
    this.#connection.once('close', this.#leave);
    if (socket.destroyed) this.#leave();
  }

  /** Aborts when the client leaves. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get left(): boolean {
    return this.signal.aborted;
  }

  release(): void {
    this.#connection.off('close', this.#leave);
  }
}
