import { inspect } from 'node:util';
import { InvalidOptionsError } from '../errors/errors.js';
import { resolveSettings } from './settings.js';

const KEY = 'sk-ant-api03-this-is-a-test-key';
const PASS = (): number => 0;
const ENV = { ANTHROPIC_API_KEY: KEY };

/** The message of the error that options fail with. */
function refusal(options: unknown, env: Record<string, string> = ENV): string {
  try {
    resolveSettings(options, env);
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.message;
    throw error;
  }
  throw new Error('The options were accepted.');
}

describe('settings', () => {
  it('needs nothing but a key in the environment', () => {
    const settings = resolveSettings(undefined, ENV);
    expect(settings.key?.()).toBe(KEY);
    expect(settings).toMatchObject({
      baseURL: 'https://api.anthropic.com',
      retry: { maxAttempts: 3, baseDelayMs: 500 },
      timeouts: { deadlineMs: 600_000, attemptMs: 600_000, firstEventMs: 60_000, idleMs: 60_000 },
    });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('prefers the option to the environment, for key and base URL', () => {
    const settings = resolveSettings(
      { apiKey: ' other-key\n', baseURL: 'http://127.0.0.1:1234/' },
      { ...ENV, ANTHROPIC_BASE_URL: 'http://elsewhere' },
    );
    expect(settings.key?.()).toBe('other-key');
    expect(settings.baseURL).toBe('http://127.0.0.1:1234');
  });

  it('shows no key when it is inspected or serialized', () => {
    const settings = resolveSettings({ apiKey: KEY }, {});
    expect(inspect(settings, { depth: 9, showHidden: true }) + JSON.stringify(settings)).not.toContain(KEY);
  });

  it('makes a single attempt of `retry: false`', () => {
    expect(resolveSettings({ retry: false }, ENV).retry.maxAttempts).toBe(1);
  });

  it('bounds the default of an attempt by a shorter deadline', () => {
    expect(resolveSettings({ timeouts: { deadlineMs: 5_000 } }, ENV).timeouts.attemptMs).toBe(5_000);
  });

  it('leaves credentials of the SDK to the SDK', () => {
    expect(resolveSettings({ client: { authToken: 't' } }, ENV).key).toBeNull();
    expect(resolveSettings({}, { ANTHROPIC_AUTH_TOKEN: 't' }).key).toBeNull();
  });

  it('says where a key was looked for when there is none', () => {
    expect(refusal({}, {})).toMatch(/no API key.*`apiKey`.*ANTHROPIC_API_KEY.*Set one of them/s);
  });

  it.each([
    [{ retyr: {} }, '`retyr` is no option: remove it or correct its spelling.'],
    [{ retry: { maxAttempt: 3 } }, '`retry.maxAttempt` is no option of `retry`'],
    [{ retry: { maxAttempts: '3' } }, '`retry.maxAttempts` must be a whole number from 1 to 20, not a string.'],
    [
      { retry: { maxAttempts: 0 } },
      '`retry.maxAttempts` must be a whole number from 1 to 20, not a number out of range.',
    ],
    [{ retry: { baseDelayMs: NaN } }, '`retry.baseDelayMs` must be a number of milliseconds above 0'],
    [{ retry: true }, '`retry` must be an object or false, not a boolean.'],
    [{ retry: { baseDelayMs: 900, maxDelayMs: 100 } }, '`retry.baseDelayMs` must not be above `retry.maxDelayMs`'],
    [{ timeouts: { attemptMs: 10, deadlineMs: 5 } }, '`timeouts.attemptMs` must not be above `timeouts.deadlineMs`'],
    [{ timeouts: { idleMs: Infinity } }, '`timeouts.idleMs` must be a number of milliseconds'],
    [{ baseURL: 'not a url' }, '`baseURL` must be an http or https URL'],
    [{ baseURL: 'https://user:pass@host' }, '`baseURL` must be an http or https URL without credentials'],
    [{ transport: 'axios' }, "`transport` must be 'undici', 'fetch' or an object, not a string."],
    [{ transport: { connectTimeoutMs: -1 } }, '`transport.connectTimeoutMs` must be a number of milliseconds'],
    [{ stages: [{ before: 'nowhere', use: PASS }] }, '`stages[0].before` must be one of sanitize'],
    [{ stages: [{ after: 'send', use: PASS }] }, '`stages[0].after` must be one of sanitize'],
    [{ stages: [{ before: 'send' }] }, '`stages[0].use` must be a function, not undefined.'],
    [{ middleware: [1] }, '`middleware[0]` must be a function'],
    [{ context: { priority: 'high' } }, "`context.priority` must be 'interactive'"],
    [{ context: { tags: { a: 1 } } }, '`context.tags.a` must be a string'],
    [{ apiKey: '  ' }, '`apiKey` is an empty string'],
    [{ apiKey: 'two\nlines' }, '`apiKey` holds white space'],
    [
      { apiKey: 'k', client: { authToken: 't' } },
      '`apiKey` and `client.authToken` are all credentials: keep one of them.',
    ],
    [{ client: { authToken: 't', profile: 'p' } }, '`client.authToken` and `client.profile` are all credentials'],
    [{ transport: { kind: 'fetch', connections: 5 } }, '`transport.connections` would do nothing'],
    [{ transport: { kind: 'undici', fetch: PASS } }, 'exclude each other'],
    [[], 'must be an object, not an array'],
    ['text', 'must be an object, not a string'],
  ])('refuses %j and names the path, the kind and the remedy', (options, message) => {
    expect(refusal(options)).toContain(message);
  });

  it('names everything that is wrong at once', () => {
    const message = refusal({ retry: { maxAttempts: -1 }, nope: 1, timeouts: { idleMs: 'x' } });
    expect(message.split('\n')).toHaveLength(4);
  });

  it('refuses a base URL of the environment like one of the options', () => {
    expect(refusal({}, { ...ENV, ANTHROPIC_BASE_URL: 'ftp://x' })).toContain(
      'ANTHROPIC_BASE_URL must be an http or https URL',
    );
  });

  it('never repeats a value that it refuses', () => {
    expect(refusal({ apiKey: 'sk-ant-very secret', baseURL: 'https://u:hunter2@h' })).not.toMatch(/very|hunter2/);
  });
});
