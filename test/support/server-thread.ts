import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** A server on 127.0.0.1 that goes its own way, whatever becomes of this thread's event loop. */
export interface ServerThread {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a server in a thread of its own.
 *
 * @param source JavaScript that makes a `server`, and may define `afterListening()`. It has `net` and `http` of Node.
 */
export async function startServerThread(source: string): Promise<ServerThread> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const net = require('node:net');
     const http = require('node:http');
     ${source}
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       if (typeof afterListening === 'function') setImmediate(afterListening);
     });`,
    { eval: true },
  );
  const [port] = (await once(worker, 'message')) as [number];
  return { port, url: `http://127.0.0.1:${port}`, stop: async () => void (await worker.terminate()) };
}

/** A server that accepts no connection, with its queue of them full: the system drops every further SYN. */
export async function startBlackHole(): Promise<ServerThread> {
  const server = await startServerThread(
    `const server = net.createServer();
     const afterListening = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
  );
  const queued: Socket[] = [];
  for (let full = false; !full;) {
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    queued.push(socket);
    full = await Promise.race([once(socket, 'connect').then(() => false), delay(100, true)]);
  }
  const stop = async (): Promise<void> => {
    for (const socket of queued) socket.destroy();
    await server.stop();
  };
  return { ...server, stop };
}
