import { Logger, type LoggerService } from '@nestjs/common';
import pino from 'pino';
import { pinoRedaction, redactingDestination } from './json-lines.js';
import { LogLine } from './log-line.js';
import { RedactingLogger } from './redacting-logger.js';
import { redactingSdkLogger } from './redacting-sdk-logger.js';
import { Redactor } from './redactor.js';

const KEY = `sk-ant-api03-${'aB3'.repeat(30)}`;

/** A redactor one of whose patterns fails on a word. */
function failingOn(word: string): Redactor {
  const measure = (): number => {
    throw new Error(word);
  };
  return new Redactor({ patterns: [{ name: 'broken', kind: 'secret', expression: new RegExp(word, 'g'), measure }] });
}

class Recorder implements LoggerService {
  readonly lines: unknown[][] = [];
  readonly levels: unknown[] = [];

  log = (...line: unknown[]): void => void this.lines.push(['log', ...line]);
  error = (...line: unknown[]): void => void this.lines.push(['error', ...line]);
  warn = (...line: unknown[]): void => void this.lines.push(['warn', ...line]);
  verbose = (...line: unknown[]): void => void this.lines.push(['verbose', ...line]);
  fatal = (...line: unknown[]): void => void this.lines.push(['fatal', ...line]);
  setLogLevels = (levels: unknown): void => void this.levels.push(levels);
}

describe('RedactingLogger', () => {
  it('clears every part of a line at every level, and hands on what the logger within has', () => {
    const inner = new Recorder();
    const logger = new RedactingLogger(inner);
    for (const level of ['log', 'error', 'warn', 'debug', 'verbose', 'fatal'] as const) {
      logger[level](`with ${KEY}`, { given: KEY }, new Error(KEY), 'Context');
    }
    logger.setLogLevels(['warn']);
    // The recorder has no `debug`.
    expect(inner.lines.map(([level]) => level)).toEqual(['log', 'error', 'warn', 'verbose', 'fatal']);
    expect(inner.levels).toEqual([['warn']]);
    for (const [, message, object, error, context] of inner.lines) {
      expect(message).toMatch(/^with \[redacted:token#\w+\]$/);
      expect(object).toEqual({ given: expect.stringMatching(/^\[redacted/) });
      expect((error as Error).message).toMatch(/^\[redacted/);
      expect(context).toBe('Context');
    }
  });

  it('clears a context anew once it holds a secret that has become known', () => {
    const inner = new Recorder();
    const redactor = new Redactor();
    const logger = new RedactingLogger(inner, redactor);
    for (const context of ['tide-and-lighthouse', 'other', 'tide-and-lighthouse']) logger.log('a line', context);
    redactor.known.add('tide-and-lighthouse');
    logger.log('a line', 'tide-and-lighthouse');
    const contexts = inner.lines.map((line) => line[2]);
    expect(contexts).toEqual([
      'tide-and-lighthouse',
      'other',
      'tide-and-lighthouse',
      expect.stringMatching(/^\[redacted/),
    ]);
  });

  it('looks at a line once more unless its own redactor has cleared it', () => {
    const inner = new Recorder();
    const redactor = new Redactor();
    const logger = new RedactingLogger(inner, redactor);
    for (const clearedBy of [redactor, new Redactor(), null]) {
      logger.log(new LogLine(({ user }) => String(user), { user: KEY }, clearedBy));
    }
    const users = inner.lines.map(([, line]) => (line as { user?: unknown }).user);
    expect(users).toEqual([KEY, expect.stringMatching(/^\[redacted/), expect.stringMatching(/^\[redacted/)]);
  });

  it('does not redact what the logger within would drop', () => {
    class Quiet extends Recorder {
      isLevelEnabled = (level: string): boolean => level !== 'debug';
    }
    const inner = new Quiet();
    const redactor = failingOn('poison');
    const logger = new RedactingLogger(inner, redactor);
    logger.debug('some poison');
    logger.log('none');
    expect(inner.lines).toEqual([['log', 'none']]);
    expect(redactor.dropped).toBe(0);
  });

  it('serves as the logger of Nest', () => {
    const inner = new Recorder();
    Logger.overrideLogger(new RedactingLogger(inner));
    try {
      new Logger('Here').error('no\nFORGED LINE', `Error: ${KEY}\n    at f (a.js:1:2)`);
    } finally {
      Logger.overrideLogger(false);
    }
    expect(inner.lines).toEqual([
      ['error', 'no FORGED LINE', expect.stringMatching(/^Error: \[redacted:token#\w+\]\n {4}at f/), 'Here'],
    ]);
  });

  it('leaves line breaks to the encoder of a logger that writes JSON', () => {
    const inner = new Recorder();
    new RedactingLogger(inner, new Redactor(), { format: 'json' }).log('two\nlines');
    expect(inner.lines).toEqual([['log', 'two\nlines']]);
  });

  it('clears messages that are made only when they are needed, and leaves classes their names', () => {
    const inner = new Recorder();
    new RedactingLogger(inner).log(() => KEY, Recorder);
    const [, lazy, named] = inner.lines[0] ?? [];
    expect((lazy as () => unknown)()).toMatch(/^\[redacted:token/);
    expect(named).toBe(Recorder);
  });

  it('drops a line that cannot be redacted, and counts it', () => {
    const inner = new Recorder();
    const redactor = failingOn('poison');
    const logger = new RedactingLogger(inner, redactor);
    logger.log('some poison');
    logger.log('none');
    expect(inner.lines).toEqual([['log', 'none']]);
    expect(redactor.dropped).toBe(1);
  });
});

/** What a pino logger writes, as objects. */
function written(options: pino.LoggerOptions, wrap = (to: pino.DestinationStream): pino.DestinationStream => to) {
  const lines: string[] = [];
  const logger = pino(options, wrap({ write: (line: string) => void lines.push(line) }));
  return { logger, lines };
}

describe.each([
  ['as a hook', (redactor: Redactor) => written(pinoRedaction(redactor))],
  ['in front of a destination', (redactor: Redactor) => written({}, (to) => redactingDestination(to, redactor))],
])('Redaction for pino, %s', (_how, start) => {
  it('clears messages, objects, errors, and the bindings of children', () => {
    const { logger, lines } = start(new Redactor());
    const cause = new Error(`because of ${KEY}`);
    logger.info(`with ${KEY}`);
    logger.child({ tenant: KEY }).warn({ req: { headers: { 'x-api-key': 'short' } } }, 'with %s', KEY);
    logger.error(new Error(KEY, { cause }));
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toMatch(/sk-ant|aB3aB3|short/);
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed[0]).toMatchObject({ level: 30, time: expect.any(Number), pid: process.pid });
    expect(parsed[1]).toMatchObject({ tenant: expect.stringMatching(/^\[redacted:token#\w+\]$/) });
    expect(parsed[2]).toMatchObject({ err: { type: 'Error', message: expect.stringMatching(/^\[redacted/) } });
  });

  it('drops a line that cannot be redacted, and counts it', () => {
    const redactor = failingOn('poison');
    const { logger, lines } = start(redactor);
    logger.info('some poison');
    expect(lines.join('')).toBe('');
    expect(redactor.dropped).toBe(1);
  });
});

it('redacts lines that are no JSON as text', () => {
  const lines: string[] = [];
  redactingDestination({ write: (line) => lines.push(line) }).write(`plain ${KEY}\n`);
  expect(lines).toEqual([expect.stringMatching(/^plain \[redacted:token#\w+\]\n$/)]);
});

it('clears what the SDK logs', () => {
  const inner = { error: jest.fn(), warn: jest.fn(), info: jest.fn(), debug: jest.fn() };
  redactingSdkLogger(inner, new Redactor()).debug(`sent ${KEY}`, { body: { key: KEY } });
  expect(inner.debug).toHaveBeenCalledWith(expect.stringMatching(/^sent \[redacted/), {
    body: { key: expect.stringMatching(/^\[redacted/) },
  });
});
