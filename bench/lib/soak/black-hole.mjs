// A server that accepts no connection: its event loop stands still, and its queue of connections is full. The system drops
// every further SYN.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

if (process.argv[2] === 'listen') {
  const server = createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    process.send(server.address().port, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
}

/** Starts one; `stop()` ends it. */
export async function startBlackHole() {
  const child = fork(fileURLToPath(import.meta.url), ['listen']);
  const [port] = await once(child, 'message');
  const queued = [];
  for (let full = false; !full;) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    queued.push(socket);
    full = await Promise.race([once(socket, 'connect').then(() => false), delay(100, true)]);
  }
  const stop = async () => {
    for (const socket of queued) socket.destroy();
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}
