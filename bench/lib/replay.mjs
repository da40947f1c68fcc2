// The simulator's answers, replayed by a server that does next to nothing: it shares two cores with what is measured, and a
// simulator that reads and checks every request would be what a load of thousands a second measures.
import { createServer } from 'node:http';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { HELD, PACED, PARAMS } from './requests.mjs';

/** Between two events of a paced answer, in milliseconds: long enough that each is a chunk of its own all the way. */
const PACE_MS = 2;

/** Headers of a connection, and those that are new with each answer. */
const OWN_HEADERS = new Set(['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding', 'request-id']);

const json = await recorded(PARAMS);
const stream = await recorded({ ...PARAMS, stream: true });
const events = stream.body.split(/(?<=\n\n)/).map((event) => Buffer.from(event));
const jsonBytes = Buffer.from(json.body);
const streamBytes = Buffer.from(stream.body);
/** Up to where the gateway, too, takes it for an answer that has begun: its first text. */
const beginning = Buffer.concat(events.slice(0, 5));
let answers = 0;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => answer(Buffer.concat(chunks), response));
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));

async function recorded(params) {
  const simulator = await AnthropicSimulator.start({ record: 'none' });
  const headers = { 'content-type': 'application/json', 'x-api-key': 'bench', 'anthropic-version': '2023-06-01' };
  const answered = await fetch(`${simulator.url}/v1/messages`, {
    method: 'POST',
    headers,
    body: JSON.stringify(params),
  });
  const body = await answered.text();
  await simulator.close();
  return { headers: [...answered.headers].filter(([name]) => !OWN_HEADERS.has(name)).flat(), body };
}

function answer(body, response) {
  if (!body.includes('"stream":true')) {
    response.writeHead(200, head(json, ['content-length', String(jsonBytes.length)])).end(jsonBytes);
    return;
  }
  response.writeHead(200, head(stream, []));
  if (body.includes(PACED)) pace(response);
  else if (body.includes(HELD)) response.write(beginning);
  else response.end(streamBytes);
}

function head({ headers }, more) {
  answers += 1;
  return [...headers, ...more, 'request-id', `req_01${String(answers).padStart(22, '0')}`];
}

function pace(response) {
  let next = 0;
  const timer = setInterval(() => {
    if (next < events.length) response.write(events[next++]);
    else {
      clearInterval(timer);
      response.end();
    }
  }, PACE_MS);
  response.on('close', () => clearInterval(timer));
}
