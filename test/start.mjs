// The first thing a new user does, as a program: `npm start` without a key, a message, a stream, Ctrl-C; and what a
// mistake in the environment looks like.
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { writeFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, until } from './gateway-process.mjs';

async function servesWithoutKey() {
  const token = 'start-test-0123456789';
  const { child, output } = launch('npm', ['start'], { PORT: '0', ADMIN_PORT: '0', ADMIN_TOKEN: token });
  try {
    const listening = /The gateway listens on (http:\S+)/;
    await until(() => listening.test(output.out) || child.exitCode !== null, 'the gateway to listen', 180_000);
    assert.match(output.out, /No API key is set .*embedded simulator.*not from Claude/, output.err);
    const [, url] = listening.exec(output.out);
    const ask = (extra) =>
      fetch(`${url}/v1/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
        body: JSON.stringify({
          model: 'claude-haiku-5-5',
          max_tokens: 64,
          messages: [{ role: 'user', content: 'Hi' }],
          ...extra,
        }),
      });
    assert.equal((await (await ask({})).json()).type, 'message');
    assert.match(await (await ask({ stream: true })).text(), /event: message_stop/);
    assert.equal((await fetch(`${url}/health/live`)).status, 200);
    const [, admin] = /The admin listener is at (http:\S+)/.exec(output.out);
    const usage = await fetch(`${admin}/usage/summary`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal((await usage.json()).requests, 2);
  } finally {
    // What Ctrl-C, or a container's runtime, does: the signal goes to npm, and must reach the gateway through it.
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  }
  console.log('✓ npm start serves messages and streams without a key, and what they cost');
}

/** The gateway alone, so that the exit code and the signal are its own and not npm's. */
async function stopsOnSignal() {
  const admin = { ADMIN_PORT: '0', ADMIN_TOKEN: 'start-test-0123456789' };
  const { child, output } = launch('node', ['dist/main.js'], { PORT: '0', ...admin });
  await until(() => output.out.includes('listens on'), 'the gateway to listen', 20_000);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, output.err);
  console.log('✓ SIGTERM ends it with code 0');
}

async function explainsMistakes() {
  const config = join(tmpdir(), `nestjs-claude-config-${process.pid}.json`);
  await writeFile(config, '{ "retry": { "maxAttempts": 0 } }');
  const mistakes = [
    [{ PORT: 'eighty' }, /PORT/],
    [{ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: 'not a url' }, /ANTHROPIC_BASE_URL/],
    [{ CLAUDE_CONFIG: join(tmpdir(), 'there-is-no-such-file.json') }, /CLAUDE_CONFIG/],
    [{ ADMIN_PORT: '0' }, /ADMIN_TOKEN/],
    [{ CLAUDE_CONFIG: config }, /retry\.maxAttempts/],
  ];
  for (const [env, line] of mistakes) {
    const { child, output } = launch('node', ['dist/main.js'], env);
    const [code] = await once(child, 'exit');
    assert.equal(code, 1);
    assert.match(output.err, line);
    assert.equal(output.err.trim().split('\n').length, 1, output.err);
  }
  await rm(config);
  console.log('✓ mistakes in the environment end in one clear line');
}

// A test that waits for ever tells nothing.
setTimeout(() => {
  console.error('✗ the start test took longer than five minutes');
  process.exit(1);
}, 300_000).unref();

await servesWithoutKey();
await stopsOnSignal();
await explainsMistakes();
