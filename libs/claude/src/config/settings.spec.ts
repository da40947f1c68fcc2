import { inspect } from 'node:util';
import { MemoryAdmissionStore } from '../admission/memory-store.js';
import { InvalidOptionsError } from '../errors/errors.js';
import { ManualClock } from '../testing/clock/manual-clock.js';
import { resolveSettings, type ClaudeSettings } from './settings.js';

const KEY = 'sk-ant-api03-this-is-a-test-key';
const PASS = (): number => 0;
const STORE = { acquire: PASS, settle: PASS, renew: PASS, observe: PASS, standing: PASS };
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

function valueOf({ endpoints: [{ key }] }: ClaudeSettings): string | null {
  return key !== null && 'value' in key ? key.value() : null;
}

describe('settings', () => {
  it('needs nothing but a key in the environment', () => {
    const settings = resolveSettings(undefined, ENV);
    expect(valueOf(settings)).toBe(KEY);
    expect(settings).toMatchObject({
      baseURL: 'https://api.anthropic.com',
      retry: { maxAttempts: 3, baseDelayMs: 500 },
      rateLimit: { mode: 'enforce', learn: true, limits: { requests: { perMinute: 50, isGuess: true } } },
      store: null,
      timeouts: { deadlineMs: 600_000, attemptMs: 600_000, firstEventMs: 60_000, idleMs: 60_000 },
    });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('prefers the option to the environment, for key and base URL', () => {
    const settings = resolveSettings(
      { apiKey: ' other-key\n', baseURL: 'http://127.0.0.1:1234/' },
      { ...ENV, ANTHROPIC_BASE_URL: 'http://elsewhere' },
    );
    expect(valueOf(settings)).toBe('other-key');
    expect(settings.baseURL).toBe('http://127.0.0.1:1234');
  });

  it('shows no key when it is inspected or serialized', () => {
    const settings = resolveSettings({ apiKey: KEY }, {});
    expect(inspect(settings, { depth: 9, showHidden: true }) + JSON.stringify(settings)).not.toContain(KEY);
  });

  it('fills in the defaults of retry budget and circuit', () => {
    const settings = resolveSettings({ retry: { budget: { maxTokens: 3 } }, circuit: { windowMs: 1_000 } }, ENV);
    expect(settings.retry.budget).toEqual({ maxTokens: 3, tokensPerCall: 0.2, tokensPerMinute: 10 });
    expect(settings.circuit).toMatchObject({ windowMs: 1_000, consecutiveFailures: 5 });
    expect(resolveSettings({ retry: { budget: false }, circuit: false }, ENV)).toMatchObject({
      retry: { budget: false },
      circuit: false,
    });
  });

  it('takes an option that is undefined for one that is not given', () => {
    const none = undefined as never;
    const settings = resolveSettings(
      {
        retry: { maxAttempts: none, baseDelayMs: none, fallbackModels: none, budget: { maxTokens: none } },
        circuit: { windowMs: none, consecutiveFailures: none },
        rateLimit: {
          requestsPerMinute: none,
          burst: { requests: none },
          models: none,
          concurrency: { max: none },
          safety: none,
          strictWindow: none,
          queue: { maxLength: none, fairBy: none },
          estimate: { input: none },
          mode: none,
        },
        store: none,
        timeouts: { deadlineMs: none, attemptMs: none, idleMs: none },
        transport: { connectTimeoutMs: none },
        shutdownGraceMs: none,
      },
      ENV,
    );
    expect(settings).toEqual({ ...resolveSettings({}, ENV), endpoints: settings.endpoints, transport: {} });
    expect(resolveSettings({ retry: { budget: none } }, ENV).retry).toEqual(resolveSettings({}, ENV).retry);
  });

  it('cannot be changed, whatever becomes of the options', () => {
    const fallbackModels = { a: ['b'] };
    const settings = resolveSettings({ retry: { fallbackModels } }, ENV);
    fallbackModels.a = ['c'];
    expect(settings.retry.fallbackModels).toEqual({ a: ['b'] });
    const { retry, circuit, timeouts } = settings;
    expect([retry, retry.budget, retry.fallbackModels, circuit, timeouts].every((each) => Object.isFrozen(each))).toBe(
      true,
    );
  });

  it('limits nothing with `rateLimit: false`', () => {
    expect(resolveSettings({ rateLimit: false }, ENV).rateLimit).toBe(false);
  });

  it('takes a store as it is', () => {
    const store = new MemoryAdmissionStore(new ManualClock());
    expect(resolveSettings({ store }, ENV).store).toBe(store);
    expect(Object.isFrozen(store)).toBe(false);
  });

  it('makes a single attempt of `retry: false`', () => {
    expect(resolveSettings({ retry: false }, ENV).retry.maxAttempts).toBe(1);
  });

  it('bounds the default of an attempt by a shorter deadline', () => {
    expect(resolveSettings({ timeouts: { deadlineMs: 5_000 } }, ENV).timeouts.attemptMs).toBe(5_000);
  });

  it('leaves credentials of the SDK to the SDK', () => {
    expect(resolveSettings({ client: { authToken: 't' } }, ENV).endpoints[0].key).toBeNull();
    expect(resolveSettings({}, { ANTHROPIC_AUTH_TOKEN: 't' }).endpoints[0].key).toBeNull();
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
    [{ middleware: PASS }, '`middleware` must be an array, not a function.'],
    [{ stages: {} }, '`stages` must be an array, not an object.'],
    [{ context: { priority: 'high' } }, "`context.priority` must be 'interactive'"],
    [{ context: { tags: { a: 1 } } }, '`context.tags.a` must be a string'],
    [{ apiKey: '  ' }, '`apiKey` is an empty string'],
    [{ apiKey: 'two\nlines' }, '`apiKey` has more than one line'],
    [
      { apiKey: 'k', client: { authToken: 't' } },
      '`apiKey` and `client.authToken` are all credentials: keep one of them.',
    ],
    [{ client: { authToken: 't', profile: 'p' } }, '`client.authToken` and `client.profile` are all credentials'],
    [{ transport: { kind: 'fetch', connections: 5 } }, '`transport.connections` would do nothing'],
    [{ transport: { kind: 'undici', fetch: PASS } }, 'exclude each other'],
    [{ circuit: true }, '`circuit` must be an object or false, not a boolean.'],
    [{ circuit: { failureRateThreshold: 1.1 } }, '`circuit.failureRateThreshold` must be a number above 0 and up to 1'],
    [{ circuit: { failureRateThreshold: 0 } }, '`circuit.failureRateThreshold` must be a number above 0 and up to 1'],
    [{ circuit: { permittedCallsInHalfOpen: 0 } }, '`circuit.permittedCallsInHalfOpen` must be a whole number from 1'],
    [{ circuit: { consecutiveFailures: -1 } }, '`circuit.consecutiveFailures` must be a whole number from 1'],
    [{ circuit: { minimumNumberOfCalls: NaN } }, '`circuit.minimumNumberOfCalls` must be a whole number from 1'],
    [{ circuit: { successesToClose: 1.5 } }, '`circuit.successesToClose` must be a whole number from 1'],
    [{ circuit: { windowMs: Infinity } }, '`circuit.windowMs` must be a number of milliseconds above 0'],
    [{ circuit: { healthyAfterMs: -5 } }, '`circuit.healthyAfterMs` must be a number of milliseconds above 0'],
    [{ circuit: { mode: 'off' } }, "`circuit.mode` must be 'enforce' or 'shadow', not a string."],
    [{ circuit: { opens: 1 } }, '`circuit.opens` is no option of `circuit`'],
    [{ circuit: { baseOpenMs: 9_000, maxOpenMs: 10 } }, '`circuit.baseOpenMs` must not be above `circuit.maxOpenMs`'],
    [{ circuit: { maxOpenMs: 10 } }, '`circuit.baseOpenMs` must not be above `circuit.maxOpenMs`'],
    [{ circuit: { slowCallRateThreshold: 0.5 } }, '`circuit.slowCallRateThreshold` would do nothing without'],
    [
      { circuit: { slowCallDurationThresholdMs: 900_000 } },
      '`circuit.slowCallDurationThresholdMs` would do nothing at',
    ],
    [
      { circuit: { slowCallDurationThresholdMs: 50 }, timeouts: { attemptMs: 40 } },
      '`circuit.slowCallDurationThresholdMs` would do nothing at or above the 40 ms',
    ],
    [{ retry: { budget: { maxTokens: 0 } } }, '`retry.budget.maxTokens` must be a number of at least 1'],
    [{ retry: { budget: { tokensPerCall: 2 } } }, '`retry.budget.tokensPerCall` must be a number from 0 to 1'],
    [{ retry: { budget: { tokensPerMinute: NaN } } }, '`retry.budget.tokensPerMinute` must be a number of at least 0'],
    [{ retry: { budget: { tokensPerCall: 0, tokensPerMinute: 0 } } }, 'are both 0: let one of them refill the budget'],
    [{ retry: { budget: true } }, '`retry.budget` must be an object or false, not a boolean.'],
    [{ retry: { fallbackModels: { a: ['a'] } } }, '`retry.fallbackModels.a` names the model itself'],
    [{ retry: { fallbackModels: { a: [] } } }, '`retry.fallbackModels.a` must be a list of at least one model id'],
    [{ retry: { fallbackModels: { a: ['b', 'b'] } } }, '`retry.fallbackModels.a` must be a list of at least one'],
    [{ retry: { fallbackModels: ['b'] } }, '`retry.fallbackModels` must be an object'],
    [{ retry: { fallbackModels: { a: ['b'] }, maxAttempts: 1 } }, '`retry.fallbackModels` would do nothing with'],
    [{ rateLimit: true }, '`rateLimit` must be an object or false, not a boolean.'],
    [{ rateLimit: { mode: 'off' } }, "`rateLimit.mode` must be 'enforce' or 'shadow', not a string."],
    [{ store: null }, '`store` must be a store with the methods acquire, settle, renew, observe, standing, not null.'],
    [{ store: { ...STORE, renew: 1 } }, '`store` must be a store with the methods acquire, settle, renew'],
    [{ storeOutage: { limits: 'closed' } }, '`storeOutage` would do nothing without `store`'],
    [
      { store: STORE, storeOutage: { limits: 'shared' } },
      "`storeOutage.limits` must be 'local', 'open' or 'closed', not a string.",
    ],
    [{ circuit: { shareOpenings: true } }, '`circuit.shareOpenings` would do nothing without `store`'],
    [
      { store: STORE, storeOutage: { limits: 'open', replicas: 3 } },
      "`storeOutage.replicas` would do nothing with `storeOutage.limits` 'open'",
    ],
    [{ store: STORE, storeOutage: { hardBudgets: true } }, "`storeOutage.hardBudgets` must be 'open' or 'closed'"],
    [
      { store: STORE, storeOutage: { answerWithinMs: 0 } },
      '`storeOutage.answerWithinMs` must be a number of milliseconds',
    ],
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
