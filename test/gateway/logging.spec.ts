import { Logger } from '@nestjs/common';
import { SettingsError } from '../../src/errors/settings-error.js';
import { readSettings } from '../../src/settings.js';
import { eventually } from '../support/claude-harness.js';
import { HELLO, send, startPair, STREAM } from './support.js';

afterEach(() => {
  jest.restoreAllMocks();
  Logger.overrideLogger(false);
});

/** What is written to standard output and standard error from now on. */
function watchOutput(): string[] {
  const lines: string[] = [];
  for (const out of [process.stdout, process.stderr]) {
    // One write may hold many lines.
    jest.spyOn(out, 'write').mockImplementation((text) => lines.push(...String(text).split(/(?<=\n)/)) > 0);
  }
  return lines;
}

it('each call has one line, with whom it is for and the id that its answer tells', async () => {
  const lines = watchOutput();
  const { gateway } = await startPair({}, {}, { LOG_LEVEL: 'log', LOG_FORMAT: 'json' });
  for (const body of [HELLO, STREAM]) {
    lines.length = 0;
    const headers = { 'x-claude-user': 'ada', 'x-request-id': 'edge-1' };
    const answer = await send(gateway, '/v1/messages', { method: 'POST', body, headers });
    await eventually(() => lines.length > 0, 'the line was written');
    expect(answer.status).toBe(200);
    expect(answer.headers['x-request-id']).toBe('edge-1');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      context: 'Claude',
      message: {
        outcome: 'succeeded',
        user: 'ada',
        correlationId: 'edge-1',
        requestId: answer.headers['request-id'],
        stream: body === STREAM,
      },
    });
  }
});

it('lines of text are single lines, and hold nothing of a prompt or of what a caller forges', async () => {
  const lines = watchOutput();
  const { gateway } = await startPair({}, {}, { LOG_LEVEL: 'log' });
  const body = { ...HELLO, model: 'claude-\nforged\u001b[2K', metadata: { user_id: 'me\nforged' } };
  const { status } = await send(gateway, '/v1/messages', { method: 'POST', body });
  expect(status).toBe(404);
  expect(lines.join('')).toMatch(/^[^\n]*\[Claude\] \S*messages\.create "claude- forged" failed[^\n]*\n$/);
  expect(lines.join('')).not.toContain('Hello there');
});

it('an answer that is an error has an id, too', async () => {
  const { gateway } = await startPair();
  const answer = await send(gateway, '/v1/messages', { method: 'POST', body: { ...HELLO, model: 'claude-nobody-1' } });
  expect(answer.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
});

it('what is turned away has an id, too: its own, that of its trace, or a new one', async () => {
  const { gateway } = await startPair();
  const idOf = async (headers: Record<string, string>): Promise<unknown> =>
    (await send(gateway, '/v1/nothing', { headers })).headers['x-request-id'];
  expect(await idOf({ 'x-request-id': 'edge-1' })).toBe('edge-1');
  expect(await idOf({ traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` })).toBe('ab'.repeat(16));
  expect(await idOf({ 'x-request-id': 'edge 1, forged' })).toMatch(/^[\da-f-]{36}$/);
});

it('ids come and go by the header that the options name, and lines of handlers are there for whoever asks', async () => {
  const lines = watchOutput();
  const options = { log: { handlers: true }, requests: { correlationHeader: 'X-Trace' } };
  const { gateway } = await startPair({}, options, { LOG_LEVEL: 'log', LOG_FORMAT: 'json' });
  const headers = { 'x-trace': 'edge-2', 'x-request-id': 'edge-1' };
  const answer = await send(gateway, '/v1/messages', { method: 'POST', body: HELLO, headers });
  await eventually(() => lines.length === 2, 'both lines were written');
  expect(answer.headers).toMatchObject({ 'x-trace': 'edge-2' });
  expect(answer.headers['x-request-id']).toBeUndefined();
  const logged = lines.map((line) => (JSON.parse(line) as { message: { msg: string; correlationId: string } }).message);
  expect(new Map(logged.map(({ msg, correlationId }) => [msg, correlationId]))).toEqual(
    new Map([
      ['Claude call succeeded', 'edge-2'],
      ['Claude handler succeeded', 'edge-2'],
    ]),
  );
});

it.each([
  [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL must be one of verbose, debug, log, warn, error, fatal, off, not "loud"/],
  [{ LOG_FORMAT: 'xml' }, /LOG_FORMAT must be one of text, json, not "xml"/],
])('%j ends the start', (env, message) => {
  expect(() => readSettings({ ANTHROPIC_API_KEY: 'key', ...env })).toThrow(SettingsError);
  expect(() => readSettings({ ANTHROPIC_API_KEY: 'key', ...env })).toThrow(message);
});
