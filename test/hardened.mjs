// The gateway, as a process, where nobody can get at the prototype of all objects: with `Object.prototype` frozen and with
// `__proto__` taken away. It answers as ever, and to bodies that go for prototypes with an error of their own.
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { launch, until } from './gateway-process.mjs';

// Packages that give their own classes a `toString` by assignment cannot be loaded once it is frozen, so that comes when all
// are. Nothing can be added to it from the beginning, which is what a polluted body would do.
const PRELOADED =
  'Object.preventExtensions(Object.prototype); process.on("SIGUSR2", () => console.log("frozen", Object.freeze(Object.prototype)));';
const FLAGS = ['--disable-proto=throw', '--import', `data:text/javascript,${encodeURIComponent(PRELOADED)}`];
const HELLO = { model: 'claude-haiku-5-5', max_tokens: 64, messages: [{ role: 'user', content: 'Hi\u200b there' }] };

/** Bodies as they are sent: what an object literal would make of them is not what stands here. */
const HOSTILE = [
  '{"__proto__":{"admin":true},"model":"m","max_tokens":1,"messages":[]}',
  '{"constructor":{"prototype":{"admin":true}},"model":"m","max_tokens":1,"messages":[]}',
  '{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":"x","__proto__":{"a":1}}]}]}',
  '{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"f","input_schema":{"prototype":1}}]}',
  '{"model":"__proto__","max_tokens":1,"messages":[{"role":"user","content":"x"}]}',
  '{"model":"constructor","max_tokens":1,"messages":[{"role":"toString","content":"x"}]}',
];

const port = await freePort();
const { child, output } = launch('node', [...FLAGS, 'dist/main.js'], { PORT: String(port) });
const url = `http://127.0.0.1:${port}`;
try {
  await until(() => output.out.includes('listens on') || child.exitCode !== null, 'the gateway to listen', 30_000);
  assert.match(output.out, /listens on/, output.err);
  child.kill('SIGUSR2');
  await until(() => output.out.includes('frozen'), 'the prototype to be frozen', 10_000);
  const answer = await ask(JSON.stringify(HELLO));
  assert.equal(answer.status, 200, answer.text);
  assert.equal(JSON.parse(answer.text).type, 'message');
  assert.match((await ask(JSON.stringify({ ...HELLO, stream: true }))).text, /event: message_stop/);
  const tagged = { 'x-claude-tags': 'constructor=a,prototype=b', 'x-claude-user': '__proto__' };
  assert.equal((await ask(JSON.stringify(HELLO), tagged)).status, 200);
  for (const body of HOSTILE) {
    const { status, text } = await ask(body);
    assert.ok(status === 400 || status === 404, `${body} was answered ${status}: ${text}\n${output.err}`);
    assert.equal(JSON.parse(text).type, 'error');
  }
  assert.equal((await ask(JSON.stringify(HELLO))).status, 200);
  for (const path of ['/usage/summary', '/usage/by-user', '/usage/by-tag', '/budgets', '/metrics', '/health/ready']) {
    assert.equal((await fetch(url + path)).status, 200, path);
  }
  assert.doesNotMatch(output.err, /unexpected|TypeError|disallowed/i);
} finally {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
}
console.log(
  '✓ the gateway works with a frozen Object.prototype and without __proto__, and refuses bodies that go for them',
);

async function ask(body, headers = {}) {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  server.close();
  return free;
}
