// The API of the soak, in a process of its own, and beside it servers that are none: one that closes kept connections, one
// whose certificate is another's. Answers each message with what became of the requests so far.
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { script } from './faults.mjs';

const { organizations, limits, seed } = JSON.parse(process.env.SOAK);
const simulator = await AnthropicSimulator.start({ seed, organizations, limits, record: 'usage' });
script(simulator);

/** Answers one request of a connection, and closes it at the next. */
const stale = createHttpServer((request, response) => {
  if (request.socket.answered) {
    request.socket.resetAndDestroy();
    return;
  }
  request.socket.answered = true;
  request.resume();
  response.writeHead(404, { 'content-type': 'application/json' });
  response.end('{"type":"error","error":{"type":"not_found_error","message":"Nothing here"}}');
});

/** The tests' own certificate: for `localhost`, and no other name. */
const source = readFileSync(
  new URL('../../../libs/claude/src/transport/spec-support/certificate.ts', import.meta.url),
  'utf8',
);
const [cert, key] = ['CERTIFICATE', 'PRIVATE KEY'].map(
  (kind) => new RegExp(`-----BEGIN (?:EC )?${kind}-----[^]+?-----END (?:EC )?${kind}-----`).exec(source)?.[0],
);
const distrusted = createHttpsServer({ cert, key }, (_request, response) => response.end());
const gone = createServer();
const listen = (server) =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${server.address().port}`)));
const [refused, staleAt, distrustedAt] = await Promise.all([gone, stale, distrusted].map(listen));
await new Promise((resolve) => gone.close(resolve));

/** Requests the API itself turned away for a limit, and nobody asked it to. */
const overLimits = () => simulator.requests.filter(({ status, fault }) => status === 429 && fault === null).length;

function take() {
  const { activeRequests, openConnections, billed, requests } = simulator;
  const messages = billed.messages.map(({ requestId, model, usage }) => ({ requestId, model, usage }));
  return { activeRequests, openConnections, messages, requests: requests.length, overLimits: overLimits() };
}

process.on('message', ({ keys, reset }) => {
  if (keys !== undefined) simulator.acceptKeys(keys);
  process.send(take());
  if (!reset) return;
  simulator.reset();
  script(simulator);
});
process.send({
  url: simulator.url,
  elsewhere: {
    refused: `http://${refused}`,
    stale: `http://${staleAt}`,
    distrusted: `https://${distrustedAt}`,
    unknown: 'http://nowhere.invalid',
  },
});
process.on('disconnect', () => process.exit(0));
