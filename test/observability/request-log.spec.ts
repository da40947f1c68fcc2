import { ConsoleLogger, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  ClaudeModule,
  ClaudeService,
  RedactingLogger,
  Redactor,
  type CallContext,
  type LogOptions,
} from 'nestjs-claude';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { pino } from 'pino';
import { CLAUDE_RUNTIME } from '../../libs/claude/src/claude.tokens.js';
import type { ClaudeRuntime } from '../../libs/claude/src/claude.runtime.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import { createRandom } from '../../libs/claude/src/testing/seed.js';
import { bootClaude, PARAMS, SIMULATED_KEY, type ClaudeHarness } from '../support/claude-harness.js';
import { captureLog, type CapturedLine, type CapturedLog } from '../support/captured-log.js';
import { WatchedClock } from '../support/watched-clock.js';

interface Logged extends ClaudeHarness {
  readonly lines: readonly CapturedLine[];
}

async function bootLogged(log: LogOptions = {}, capture: CapturedLog = captureLog()): Promise<Logged> {
  const clock = new WatchedClock();
  const harness = await bootClaude(
    { log, retry: false },
    {},
    { clock, random: createRandom(1), logWriter: capture.writer },
  );
  return { ...harness, lines: capture.lines };
}

describe('The line of a call', () => {
  it('holds what is known of it', async () => {
    const { claude, lines, record } = await bootLogged();
    const context = { user: 'ada', tags: { team: 'search' }, requestType: 'chat', correlationId: 'req-17' } as const;
    await claude.with({ ...context, priority: 'interactive' }).messages.create(PARAMS);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.fields).toEqual({
      msg: 'Claude call succeeded',
      callId: record().id,
      requestId: record().requestId,
      correlationId: 'req-17',
      startedAt: new Date(record().startedAtMs).toISOString(),
      instance: 'default',
      operation: 'messages.create',
      model: PARAMS.model,
      stream: false,
      endpoint: 'default',
      outcome: 'succeeded',
      status: 200,
      attempts: 1,
      durationMs: expect.any(Number) as number,
      inputTokens: record().usage?.inputTokens,
      outputTokens: record().usage?.outputTokens,
      usageQuality: 'complete',
      costUsd: (record().costNanoUsd ?? NaN) / 1e9,
      user: 'ada',
      tags: { team: 'search' },
      requestType: 'chat',
      priority: 'interactive',
    });
  });

  it('is not made where the logger would throw it away', async () => {
    const capture = captureLog();
    const writer = { ...capture.writer, isLevelEnabled: (level: string): boolean => level === 'error' };
    const { claude } = await bootLogged({}, { ...capture, writer });
    await claude.messages.create(PARAMS);
    expect(capture.lines).toEqual([]);
    await expect(claude.messages.create({ ...PARAMS, max_tokens: -1 })).rejects.toThrow('max_tokens');
    expect(capture.lines.map(({ level }) => level)).toEqual(['error']);
  });

  it('tells of earlier attempts and of the model that answered, and adds up what all of them used', async () => {
    const capture = captureLog();
    const retry = { baseDelayMs: 1, maxDelayMs: 1, overloadedBaseDelayMs: 1, overloadedMaxDelayMs: 1 };
    const harness = await bootClaude(
      { retry: { ...retry, fallbackModels: { [PARAMS.model]: ['claude-haiku-4-5'] } } },
      {},
      { logWriter: capture.writer },
    );
    harness.sim.onMessage({ model: PARAMS.model }).failWith(529);
    await harness.claude.messages.create(PARAMS);
    expect(capture.lines[0]?.fields).toMatchObject({
      model: PARAMS.model,
      answeredBy: 'claude-haiku-4-5',
      attempts: harness.record().attempts.length,
      retriedAfter: harness
        .record()
        .attempts.slice(0, -1)
        .map(() => 'overloaded'),
    });
    expect(capture.lines[0]?.text).toContain('by claude-haiku-4-5');
  });

  it('lets nobody forge a line, hide one or colour the terminal', async () => {
    const { claude, lines } = await bootLogged();
    const evil = 'ada\n2026-11-28 ERROR [Claude] forged\r\u2028line\u001b[2K\u001b[31m\u0007\u009b1A';
    const context = { user: evil, tags: { [evil]: evil }, requestType: evil, correlationId: evil };
    await claude
      .with(context)
      .messages.create({ ...PARAMS, model: `claude-${evil}` })
      .catch(() => null);
    const all = `${JSON.stringify(lines[0]?.fields)}${lines[0]?.text}`;
    expect(lines).toHaveLength(1);
    expect(all).toContain('forged');
    expect(all).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\\n|\\r|\\u00/);
    // Nor pass off what they are called as another part of the line.
    expect(lines[0]?.text).toContain('user "ada 2026-11-28 ERROR [Claude] forged  line"');
  });

  it('holds a bounded part of what others name', async () => {
    const { claude, lines } = await bootLogged();
    const tags = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`t${at}`, 'v'.repeat(5_000)]));
    await claude.with({ user: 'u'.repeat(1_000_000), tags }).messages.create(PARAMS);
    expect(JSON.stringify(lines[0]?.fields).length).toBeLessThan(10_000);
    expect(Object.keys(lines[0]?.fields['tags'] as object)).toHaveLength(32);
  });

  it('holds no key, however it came to be called after one', async () => {
    const { claude, lines } = await bootLogged();
    const context: CallContext = { user: SIMULATED_KEY, tags: { key: `Bearer ${SIMULATED_KEY}` } };
    await claude.with(context).messages.create(PARAMS);
    await claude
      .with(context)
      .messages.create({ ...PARAMS, model: SIMULATED_KEY })
      .catch(() => null);
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain(SIMULATED_KEY);
    expect(lines[0]?.fields['user']).toMatch(/^\[redacted:/);
  });

  it('forgets what it remembers as harmless when a secret becomes known', async () => {
    const capture = captureLog();
    const keys = ['opaque-words-one', 'opaque-words-two'];
    const harness = await bootClaude({ apiKey: () => keys[0] as string }, {}, { logWriter: capture.writer });
    const claude = harness.claude.with({ user: 'opaque-words-two' });
    await claude.messages.create(PARAMS);
    keys.shift();
    await claude.messages.create(PARAMS);
    expect(capture.lines[0]?.fields['user']).toBe('opaque-words-two');
    expect(capture.lines[1]?.fields['user']).toMatch(/^\[redacted:known#/);
  });
});

describe('What is quoted of content', () => {
  const SECRET = 'sk-ant-api03-aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzC';
  const CARD = '4111 1111 1111 1111';
  const params = {
    ...PARAMS,
    system: 'the system prompt',
    messages: [
      { role: 'user' as const, content: 'an earlier turn' },
      { role: 'assistant' as const, content: 'an earlier answer' },
      {
        role: 'user' as const,
        content: [{ type: 'text' as const, text: `my key is ${SECRET},\nmy card ${CARD}` }],
      },
    ],
  };

  it('is nothing unless it is switched on', async () => {
    const { claude, sim, lines } = await bootLogged();
    sim.onMessage().reply('the answer of the model');
    await claude.messages.create(params);
    await claude.messages.stream(params).finalMessage();
    expect(JSON.stringify(lines)).not.toMatch(/my key|the system|earlier|the answer/);
  });

  it.each([false, true])('is the last message and the answer, without secrets (stream: %s)', async (stream) => {
    const { claude, sim, lines } = await bootLogged({ content: true });
    sim.onMessage().reply(`You wrote ${SECRET}: keep it to yourself.\nGrüße 🌊`);
    if (stream) await claude.messages.stream(params).finalMessage();
    else await claude.messages.create(params);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.fields).toMatchObject({
      prompt: expect.stringMatching(/^my key is \[redacted:.*\], my card \[redacted:card#.*\]$/) as string,
      answer: expect.stringMatching(/^You wrote \[redacted:.*: keep it to yourself\. Grüße 🌊$/) as string,
    });
    expect(JSON.stringify(lines)).not.toMatch(/earlier|the system/);
    expect(lines[0]?.text).not.toContain('\n');
  });

  it('is cut', async () => {
    const { claude, lines } = await bootLogged({ content: true, contentChars: 10 });
    await claude.messages.create({ ...PARAMS, messages: [{ role: 'user', content: 'x'.repeat(1_000_000) }] });
    expect(lines[0]?.fields['prompt']).toBe(`${'x'.repeat(10)}… [999990 more characters]`);
  });

  it('is as much as came of an answer that broke off, and nothing of a call without messages', async () => {
    const { claude, sim, lines } = await bootLogged({ content: true });
    sim.onMessage().reply('one two three four five six').failWith({ kind: 'resetMidStream', afterDeltas: 2 });
    await claude.messages
      .stream(PARAMS)
      .finalMessage()
      .catch(() => null);
    await claude.models.list();
    expect(lines[0]?.fields['answer']).toMatch(/^one/);
    expect(lines[1]?.fields).not.toHaveProperty('prompt');
    expect(lines[1]?.fields).not.toHaveProperty('answer');
  });
});

describe('Which calls are logged', () => {
  it('is a share of those that succeeded where it is sampled, and every other', async () => {
    const { claude, sim, lines } = await bootLogged({ sampleRate: 0.25 });
    for (let call = 0; call < 200; call++) await claude.messages.create(PARAMS);
    expect(lines.length).toBeGreaterThan(30);
    expect(lines.length).toBeLessThan(70);
    expect(lines[0]?.fields['sampleRate']).toBe(0.25);
    const before = lines.length;
    sim.onMessage().failWith(400);
    for (let call = 0; call < 20; call++) await claude.messages.create(PARAMS).catch(() => null);
    expect(lines.length - before).toBe(20);
    expect(lines.at(-1)?.fields).not.toHaveProperty('sampleRate');
  });

  it('is none that succeeded at a rate of 0, but for those that are slow', async () => {
    const { claude, sim, lines } = await bootLogged({ sampleRate: 0, slowCallMs: 1_000 });
    await claude.messages.create(PARAMS);
    sim.onMessage().failWith({ kind: 'slowFirstToken', ms: 1_050 });
    await claude.messages.create(PARAMS);
    expect(lines).toMatchObject([{ level: 'warn', fields: { slow: true, outcome: 'succeeded' } }]);
  });

  it('and at which level, is for the options to say', async () => {
    const { claude, sim, lines } = await bootLogged({ levels: { succeeded: 'off', failed: 'debug' } });
    await claude.messages.create(PARAMS);
    sim.onMessage().failWith(500);
    await claude.messages.create(PARAMS).catch(() => null);
    expect(lines.map(({ level }) => level)).toEqual(['debug']);
  });

  it.each([{ log: false as const }, { log: { calls: false } }])('is none with %j', async (options) => {
    const capture = captureLog();
    const { claude } = await bootClaude(options, {}, { logWriter: capture.writer });
    await claude.messages.create(PARAMS);
    expect(capture.lines).toEqual([]);
  });
});

describe('A logger that fails', () => {
  it('reaches no caller and no other observer, and is counted', async () => {
    const capture = captureLog();
    const throws = (): never => {
      throw new Error('The disk is full.');
    };
    const writer = { ...capture.writer, log: throws };
    const harness = await bootLogged({}, { ...capture, writer });
    const { observers } = harness.runtime;
    const message = await harness.claude.messages.create(PARAMS);
    expect(message.type).toBe('message');
    expect(harness.records).toHaveLength(1);
    expect(observers.failures.get('log')).toBe(1);
  });

  it('has a line that cannot be cleared dropped, and counted', async () => {
    const harness = await bootLogged();
    const { redactor } = harness.runtime;
    jest.spyOn(redactor, 'line').mockImplementation((text) => {
      if (text === 'ada lovelace') throw new Error('A pattern is broken.');
      return text;
    });
    await harness.claude.with({ user: 'ada lovelace' }).messages.create(PARAMS);
    expect(harness.lines).toEqual([]);
    expect(redactor.dropped).toBe(1);
  });
});

describe('Through Nest', () => {
  let sim: AnthropicSimulator;
  beforeAll(async () => {
    sim = await AnthropicSimulator.start();
  });
  afterAll(() => sim.close());
  afterEach(() => jest.restoreAllMocks());

  /** What a logger of Nest writes of one call. */
  async function written(logger: () => ConsoleLogger | RedactingLogger, name?: string): Promise<string> {
    const out: string[] = [];
    const options = { apiKey: SIMULATED_KEY, baseURL: sim.url, name, context: { user: 'ada' } };
    const module = await Test.createTestingModule({ imports: [ClaudeModule.forRoot(options)] }).compile();
    const runtime = module.get<ClaudeRuntime>(CLAUDE_RUNTIME, { strict: false });
    module.useLogger(logger());
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
    await runtime.client.messages.create(PARAMS);
    write.mockRestore();
    await module.close();
    Logger.overrideLogger(false);
    return out.join('');
  }

  it('a line of text is one line', async () => {
    const text = await written(() => new ConsoleLogger({ colors: false }));
    expect(text.trimEnd().split('\n')).toEqual([
      expect.stringMatching(
        /LOG \[Claude\] messages\.create claude-haiku-5-5 succeeded in [\d.]+ ms, \d+ \+ \d+ tokens, \$0\.\d+, user ada, call_\S+, req_\S+/,
      ),
    ]);
  });

  it('a line of text stays one behind a RedactingLogger', async () => {
    const text = await written(() => new RedactingLogger(new ConsoleLogger({ colors: false }), new Redactor()));
    expect(text.trimEnd().split('\n')).toEqual([expect.stringContaining('[Claude] messages.create claude-haiku-5-5')]);
  });

  it('a line of JSON keeps the fields, and is of the instance that has a name', async () => {
    const line = await written(() => new ConsoleLogger({ json: true }), 'batch');
    expect(JSON.parse(line)).toMatchObject({
      level: 'log',
      context: 'Claude batch',
      message: { outcome: 'succeeded', instance: 'batch', user: 'ada', attempts: 1 },
    });
  });

  it('pino gets the fields as fields', async () => {
    const out: string[] = [];
    const inner = pino({ base: null }, { write: (line: string) => void out.push(line) });
    // As nestjs-pino does it: an object that comes first is what pino merges into its line.
    const log = (line: object, context: string): void => inner.info({ context, ...line });
    const logger = { log, error: log, warn: log };
    const module = await Test.createTestingModule({
      imports: [ClaudeModule.forRoot({ apiKey: SIMULATED_KEY, baseURL: sim.url })],
    }).compile();
    module.useLogger(logger);
    await module.get(ClaudeService).messages.create(PARAMS);
    await module.close();
    Logger.overrideLogger(false);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      level: 30,
      context: 'Claude',
      msg: 'Claude call succeeded',
      outcome: 'succeeded',
      model: PARAMS.model,
    });
  });
});

describe('Options of the log that make no sense', () => {
  it.each<[object, string]>([
    [{ log: { sampleRate: 1.5 } }, '`log.sampleRate` must be a number from 0 to 1, not a number out of range.'],
    [{ log: { sampleRate: -0.1 } }, '`log.sampleRate` must be a number from 0 to 1'],
    [{ log: { sampleRate: NaN } }, '`log.sampleRate` must be a number from 0 to 1, not NaN.'],
    [{ log: { sampleRate: '1' } }, '`log.sampleRate` must be a number from 0 to 1, not a string.'],
    [
      { log: { levels: { failed: 'loud' } } },
      "`log.levels.failed` must be 'verbose', 'debug', 'log', 'warn', 'error', 'fatal' or 'off'",
    ],
    [
      { log: { levels: { lost: 'warn' } } },
      '`log.levels.lost` is no option of `log.levels`: remove it or correct its spelling.',
    ],
    [{ log: { slowCallMs: 0 } }, '`log.slowCallMs` must be a number of milliseconds above 0'],
    [{ log: { contentChars: 0, content: true } }, '`log.contentChars` must be a whole number from 1 to 65536'],
    [{ log: { contentChars: 5 } }, '`log.contentChars` would do nothing without `log.content`'],
    [{ log: { levels: { slow: 'warn' } } }, '`log.levels.slow` would do nothing without `log.slowCallMs`'],
    [{ log: { calls: false, sampleRate: 1 } }, '`log.sampleRate` would do nothing with `log.calls` false'],
    [{ log: true }, '`log` must be an object or false, not a boolean.'],
    [
      { requests: { correlationHeader: 'x y' } },
      '`requests.correlationHeader` must be the name of a header, not a string.',
    ],
    [{ requests: { contextOf: {} } }, '`requests.contextOf` must be a function, not an object.'],
    [{ tracing: 'on' }, "`tracing` must be true, false or 'auto', not a string."],
    [
      { tracing: false, client: { openTelemetry: {} } },
      '`tracing` false and `client.openTelemetry` exclude each other',
    ],
    [
      { tracing: true, client: { openTelemetry: false } },
      '`tracing` true and `client.openTelemetry` exclude each other',
    ],
  ])('%j end the start with the path and the remedy', (options, message) => {
    expect(() => resolveSettings({ apiKey: 'key', ...options })).toThrow(message);
  });
});
