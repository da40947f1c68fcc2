import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import Anthropic from '@anthropic-ai/sdk';
import { ConsoleLogger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import * as library from 'nestjs-claude';
import {
  ClaudeModule,
  ClaudeService,
  CostTrackerService,
  keyFromEncryptedFile,
  KeyStoreService,
  RedactingLogger,
  Redactor,
  type ClaudeModuleOptions,
} from 'nestjs-claude';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { EVERY_ERROR } from '../../libs/claude/src/errors/spec-support/every-error.js';
import { PARAMS, rejection } from '../support/claude-harness.js';

/** Not of any vendor's form, so that only who knows it can find it. */
const KEY = 'opaque.secret.of.this.test/Aa0+';

const WHOLE = { depth: 6, showHidden: true, maxArrayLength: Infinity, maxStringLength: Infinity } as const;

/** Everything a value can show of itself. */
function shownBy(value: unknown): string {
  return `${inspect(value, WHOLE)}\n${asJson(value)}\n${asText(value)}`;
}

/** As an encoder writes it that knows cycles. */
/** Each object once: what it says does not change with who refers to it. */
function asJson(value: unknown): string {
  const seen = new WeakSet<object>();
  return (
    JSON.stringify(value, (_key, item: unknown) => {
      if (typeof item === 'bigint') return String(item);
      if (typeof item !== 'object' || item === null) return item;
      if (seen.has(item)) return '[seen]';
      seen.add(item);
      return item;
    }) ?? ''
  );
}

function asText(value: unknown): string {
  return value instanceof Error ? `${String(value)}\n${value.message}\n${value.stack}` : '';
}

const FORMS = [KEY, encodeURIComponent(KEY), Buffer.from(KEY).toString('base64')];

function expectSecret(value: unknown): void {
  const shown = shownBy(value);
  for (const form of FORMS) expect(shown).not.toContain(form);
}

let sim: AnthropicSimulator;
const sdkLog: unknown[] = [];
const write = (...line: unknown[]): void => void sdkLog.push(line);

const BARE: ClaudeModuleOptions = {
  retry: false,
  circuit: false,
  client: { logLevel: 'debug', logger: { error: write, warn: write, info: write, debug: write } },
};

beforeAll(async () => {
  sim = await AnthropicSimulator.start({ apiKeys: [KEY] });
});
afterAll(() => sim.close());
beforeEach(() => {
  sim.reset();
  sdkLog.length = 0;
});
afterEach(() => {
  delete process.env['ANTHROPIC_API_KEY'];
  delete process.env['ANTHROPIC_AUTH_TOKEN'];
});

class OptionsOfAClass {
  createClaudeOptions(): ClaudeModuleOptions {
    return { ...BARE, baseURL: sim.url, apiKey: KEY };
  }
}

/** Each way to give a key. */
const WAYS: readonly (readonly [string, () => ReturnType<typeof ClaudeModule.forRoot>])[] = [
  ['a string', () => ClaudeModule.forRoot({ ...BARE, baseURL: sim.url, apiKey: KEY })],
  ['a function', () => ClaudeModule.forRoot({ ...BARE, baseURL: sim.url, apiKey: () => KEY })],
  ['a function that has to wait', () => ClaudeModule.forRoot({ ...BARE, baseURL: sim.url, apiKey: async () => KEY })],
  [
    'an option of a factory',
    () => ClaudeModule.forRootAsync({ useFactory: () => ({ ...BARE, baseURL: sim.url, apiKey: KEY }) }),
  ],
  ['an option of a class', () => ClaudeModule.forRootAsync({ useClass: OptionsOfAClass })],
  [
    'an option of a named instance',
    () => ClaudeModule.forRoot({ ...BARE, baseURL: sim.url, apiKey: KEY, name: 'other', isGlobal: true }),
  ],
  [
    'the environment',
    () => {
      process.env['ANTHROPIC_API_KEY'] = KEY;
      return ClaudeModule.forRoot({ ...BARE, baseURL: sim.url });
    },
  ],
  ['a token', () => ClaudeModule.forRoot({ ...BARE, baseURL: sim.url, client: { ...BARE.client, authToken: KEY } })],
  [
    'a token in the environment',
    () => {
      process.env['ANTHROPIC_AUTH_TOKEN'] = KEY;
      return ClaudeModule.forRoot({ ...BARE, baseURL: sim.url });
    },
  ],
  [
    'credentials of the SDK',
    () => {
      const credentials = async () => ({ token: KEY, expiresAt: null });
      return ClaudeModule.forRoot({ ...BARE, baseURL: sim.url, client: { ...BARE.client, credentials } });
    },
  ],
  [
    'a header',
    () => {
      const defaultHeaders = { authorization: `Bearer ${KEY}` };
      return ClaudeModule.forRoot({
        ...BARE,
        apiKey: 'replaced',
        baseURL: sim.url,
        client: { ...BARE.client, defaultHeaders },
      });
    },
  ],
];

async function boot(make: () => ReturnType<typeof ClaudeModule.forRoot>): Promise<TestingModule> {
  return Test.createTestingModule({ imports: [make()] }).compile();
}

function everyProvider(module: TestingModule): unknown[] {
  const modules = [...module.get(ModulesContainer, { strict: false }).values()];
  return modules.flatMap(({ providers }) => [...providers.values()].map(({ instance }): unknown => instance));
}

describe.each(WAYS)('A key that is given as %s', (_way, make) => {
  let module: TestingModule;
  let claude: ClaudeService;
  let told: unknown[];

  beforeEach(async () => {
    module = await boot(make);
    claude = everyProvider(module).find((provider) => provider instanceof ClaudeService) as ClaudeService;
    told = [];
    claude.records.subscribe((record) => told.push(record));
    for (const provider of everyProvider(module)) {
      if (provider instanceof CostTrackerService) provider.entries.subscribe((entry) => told.push(entry));
    }
  });
  afterEach(() => module.close());

  it('is sent, and shown by no provider, client, view, record or log line', async () => {
    sim.onMessage().reply('hello');
    await claude.messages.create(PARAMS);
    await claude.with({ user: 'u1' }).messages.stream(PARAMS).finalMessage();
    expect(sim.requests).toHaveLength(2);
    expect(sdkLog.length).toBeGreaterThan(0);
    expect(told.length).toBeGreaterThan(0);
    const providers = everyProvider(module);
    expect(providers.length).toBeGreaterThan(5);
    for (const provider of providers) expectSecret(provider);
    for (const part of [claude.client, claude.messages, claude.with({}), claude.client.withOptions({ timeout: 1 })]) {
      expectSecret(part);
    }
    expectSecret([told, sdkLog]);
  });

  it('is in no error, not even where it is echoed', async () => {
    const echoes = [
      { status: 502, body: `<html>Authorization: Bearer ${KEY}</html>`, contentType: 'text/html' },
      { status: 400, body: JSON.stringify({ message: KEY }) },
      // Last: a key that was refused is left alone from then on.
      { status: 401, body: { type: 'error', error: { type: 'authentication_error', message: `wrong key: ${KEY}` } } },
    ] as const;
    for (const echo of echoes) {
      sim.reset();
      sim.onMessage().failWith({
        kind: 'status',
        ...echo,
        body: typeof echo.body === 'string' ? echo.body : JSON.stringify(echo.body),
      });
      const error = await rejection(claude.messages.create(PARAMS));
      expect(error).toMatchObject({ status: echo.status });
      expectSecret(error);
      expectSecret(await rejection(claude.messages.stream(PARAMS).finalMessage()));
    }
    sim.reset();
    sim.onMessage().failWith({ kind: 'resetBeforeHeaders' });
    expectSecret(await rejection(claude.messages.create(PARAMS)));
    expectSecret([told, sdkLog]);
  });

  it('is known to the redactor, and so to whatever logs through it', async () => {
    sim.onMessage().reply('hello');
    await claude.messages.create(PARAMS);
    const redactor = everyProvider(module).find((provider) => provider instanceof Redactor) as Redactor;
    const lines: unknown[] = [];
    const inner = new ConsoleLogger();
    jest.spyOn(inner, 'error').mockImplementation((...line: unknown[]) => void lines.push(line));
    new RedactingLogger(inner, redactor).error(`got ${KEY}`, new Error(KEY), { nested: { value: FORMS } });
    expect(lines).toHaveLength(1);
    expectSecret(lines);
  });
});

describe('What a key function throws', () => {
  it.each([
    ['an error', () => new Error(`vault says ${KEY}`)],
    ['an error with a cause', () => new Error('vault', { cause: new Error(KEY) })],
    ['an error of the SDK', () => new Anthropic.AnthropicError(KEY)],
  ])('is withheld (%s)', async (_what, make) => {
    const apiKey = (): Promise<string> => Promise.reject(make());
    const module = await boot(() => ClaudeModule.forRoot({ ...BARE, baseURL: sim.url, apiKey }));
    const error = await rejection(module.get(ClaudeService).messages.create(PARAMS));
    expect(error).toBeInstanceOf(library.KeyUnavailableError);
    expectSecret([error, sdkLog]);
    await module.close();
  });
});

describe('Options that are refused', () => {
  it.each<[string, object]>([
    ['a key with a space in it', { apiKey: `${KEY} ${KEY}` }],
    ['a key that is no string', { apiKey: { value: KEY } }],
    ['a base URL with a password', { baseURL: `https://u:${encodeURIComponent(KEY)}@host.example` }],
    ['a proxy that is none', { apiKey: 'replaced', transport: { proxy: `ftp://u:${encodeURIComponent(KEY)}@host` } }],
    ['an unknown option', { apiKey: KEY, [`k`]: KEY }],
  ])('are named without their values: %s', async (_what, options) => {
    const error = await rejection(boot(() => ClaudeModule.forRoot(options)));
    expect(error).toBeInstanceOf(library.InvalidOptionsError);
    expectSecret(error);
  });
});

it('a logger that a copy of the client is given stands behind the redactor too', async () => {
  const module = await boot(() => ClaudeModule.forRoot({ ...BARE, apiKey: KEY, baseURL: sim.url }));
  const lines: unknown[] = [];
  const add = (...line: unknown[]): void => void lines.push(line);
  const logger = { error: add, warn: add, info: add, debug: add };
  sim.onMessage().failWith({ kind: 'status', status: 400, message: `it was ${KEY}` });
  const { client } = module.get(ClaudeService);
  const copy = client.withOptions({ logger, logLevel: 'debug' }).withOptions({ timeout: 5_000 });
  await rejection(copy.messages.create({ ...PARAMS, metadata: { user_id: KEY } }));
  expect(lines.length).toBeGreaterThan(0);
  expectSecret(lines);
  await module.close();
});

it('what a key file is encrypted with is known to the redactor', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'secrecy-'));
  const path = join(directory, 'keys.enc');
  const kek = randomBytes(32);
  await new KeyStoreService().set({ to: 'file', path, secret: { kek } }, KEY);
  const apiKey = keyFromEncryptedFile({ path, kek });
  const module = await boot(() => ClaudeModule.forRoot({ ...BARE, apiKey, baseURL: sim.url }));
  await module.get(ClaudeService).messages.create(PARAMS);
  for (const form of [kek.toString('hex'), kek.toString('base64'), kek.toString('base64url')]) {
    expect(module.get(Redactor).exact(`given ${form} it`)).not.toContain(form.slice(0, 40));
  }
  await module.close();
  await rm(directory, { recursive: true });
});

it('secrets of the transport are shown by no provider', async () => {
  const transport = { tls: { passphrase: KEY } };
  const module = await boot(() =>
    ClaudeModule.forRoot({ ...BARE, apiKey: 'replaced', baseURL: 'https://127.0.0.1:9', transport }),
  );
  for (const provider of everyProvider(module)) expectSecret(provider);
  expectSecret(await rejection(module.get(ClaudeService).messages.create(PARAMS)));
  await module.close();
});

describe.each(Object.entries(EVERY_ERROR))('%s', (_code, error) => {
  it('shows no key when it ends a call, whatever it was caused by', async () => {
    const use = (): Promise<never> => Promise.reject(error);
    const module = await boot(() =>
      ClaudeModule.forRoot({ ...BARE, apiKey: KEY, baseURL: sim.url, stages: [{ before: 'retry', use }] }),
    );
    const thrown = await rejection(module.get(ClaudeService).messages.create(PARAMS));
    expect(thrown).toBe(error);
    expectSecret([thrown, library.failureOf(thrown), library.httpAnswerOf(thrown), sdkLog]);
    await module.close();
  });
});
