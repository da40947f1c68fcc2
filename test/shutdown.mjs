// What SIGTERM does to the built gateway with 20 streams open and 50 calls in line: readiness goes down first, the line is
// turned away, the streams end or are ended, and the process exits with 0. Needs `npm run build`.
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnthropicSimulator, ManualClock } from '../libs/claude/dist/esm/testing/index.js';
import { launch, until } from './gateway-process.mjs';

const STREAMS = 20;
const QUEUED = 50;
const EVENT_MS = 1_000;
const PATIENCE_MS = 60_000;
const DRAIN_MS = 3_000;

const BODY = {
  model: 'claude-haiku-5-5',
  max_tokens: 256,
  messages: [{ role: 'user', content: 'Tell me about the sea.' }],
};

/** A gateway with streams in the middle of their answers and calls in line behind them; `streamOn()` sends one more event of each. */
async function startRush(shutdownGraceMs) {
  const clock = new ManualClock();
  const simulator = await AnthropicSimulator.start({ clock });
  simulator.onMessage().reply('one two three four five').failWith({ kind: 'slowStream', perEventMs: EVENT_MS });
  const config = join(tmpdir(), `nestjs-claude-shutdown-${process.pid}.json`);
  const options = {
    apiKey: 'sk-ant-api03-shutdown-test-0123456789',
    baseURL: simulator.url,
    shutdownGraceMs,
    rateLimit: { requestsPerMinute: 60_000, burst: { requests: 1_000 }, tokensPerMinute: 1e9, maxConcurrent: STREAMS },
    health: { drainDelayMs: DRAIN_MS },
  };
  await writeFile(config, JSON.stringify(options));
  const { child, output } = launch('node', ['dist/main.js'], { PORT: '0', CLAUDE_CONFIG: config });
  const listening = /The gateway listens on (http:\S+)/;
  await until(() => listening.test(output.out) || child.exitCode !== null, 'the gateway to listen', PATIENCE_MS);
  const [, url] = listening.exec(output.out) ?? assert.fail(output.err);
  const streamOn = async () => {
    await until(() => clock.pendingTimers === simulator.activeRequests, 'the last events to be sent', PATIENCE_MS);
    clock.advance(EVENT_MS);
  };
  const streams = Array.from({ length: STREAMS }, () => readStream(url));
  await until(() => simulator.activeRequests === STREAMS, 'the streams to begin', PATIENCE_MS);
  for (let event = 0; event < 3; event += 1) await streamOn();
  await until(() => streams.every(({ text }) => text.includes('content_block_delta')), 'the first deltas', PATIENCE_MS);
  const waiting = Array.from({ length: QUEUED }, () => ask(url, {}));
  await until(async () => (await health(url)).body.rules.limiter.queued === QUEUED, 'calls to be in line', PATIENCE_MS);
  const end = async () => {
    child.kill('SIGKILL');
    await simulator.close();
    await rm(config, { force: true });
  };
  return { child, output, url, simulator, streams, waiting, streamOn, end };
}

function ask(url, extra) {
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ ...BODY, ...extra }),
  });
}

/** A stream that is read as it comes; `done` when there is no more of it. */
function readStream(url) {
  const reading = { text: '', done: undefined };
  reading.done = (async () => {
    const { body } = await ask(url, { stream: true });
    const decoder = new TextDecoder();
    for await (const bytes of body) reading.text += decoder.decode(bytes, { stream: true });
  })();
  return reading;
}

async function health(url) {
  const answer = await fetch(`${url}/health`);
  return { status: answer.status, body: await answer.json() };
}

/** Readiness goes down while all else goes on; then the line is turned away. */
async function expectDrain({ child, url, waiting, simulator }) {
  child.kill('SIGTERM');
  await until(async () => (await health(url)).status === 503, 'readiness to go down', DRAIN_MS);
  const answers = await Promise.all(waiting);
  for (const answer of answers) {
    assert.deepEqual([answer.status, answer.headers.get('x-claude-refusal')], [503, 'shutting_down']);
  }
  assert.equal(simulator.activeRequests, STREAMS);
  await assert.rejects(health(url), 'nobody new is let in');
}

async function letsStreamsFinish() {
  const rush = await startRush(PATIENCE_MS);
  const exit = once(rush.child, 'exit');
  try {
    await expectDrain(rush);
    while (rush.simulator.activeRequests > 0) await rush.streamOn();
    await Promise.all(rush.streams.map(({ done }) => done));
    for (const { text } of rush.streams) assert.match(text, /event: message_stop\n/);
    const [code] = await exit;
    assert.equal(code, 0, rush.output.err);
  } finally {
    await rush.end();
  }
  console.log(`✓ SIGTERM turns ${QUEUED} queued calls away, lets ${STREAMS} streams finish, and ends with code 0`);
}

async function endsStreamsAtTheDeadline() {
  const rush = await startRush(1_000);
  const exit = once(rush.child, 'exit');
  try {
    await expectDrain(rush);
    await Promise.all(rush.streams.map(({ done }) => done));
    for (const { text } of rush.streams) assert.match(text, /event: error\n[^\n]*shut down before[^\n]*\n\n$/);
    const [code] = await exit;
    assert.equal(code, 0, rush.output.err);
  } finally {
    await rush.end();
  }
  console.log(`✓ SIGTERM ends ${STREAMS} streams that outlast the deadline with an error event, and ends with code 0`);
}

// A test that waits for ever tells nothing.
setTimeout(() => {
  console.error('✗ the shutdown test took longer than five minutes');
  process.exit(1);
}, 300_000).unref();

await letsStreamsFinish();
await endsStreamsAtTheDeadline();
