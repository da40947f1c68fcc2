import { Readable } from 'node:stream';
import { Controller, Get, Sse, StreamableFile, UseInterceptors, type ExecutionContext } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  ClaudeLogged,
  ClaudeLoggingInterceptor,
  ClaudeModule,
  ClaudeService,
  getClaudeToken,
  sseEvents,
  type CallContext,
  type ClaudeModuleOptions,
} from 'nestjs-claude';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { from, map, mergeMap, of, Subject, type Observable } from 'rxjs';
import type { ClaudeRuntime } from '../../libs/claude/src/claude.runtime.js';
import { CLAUDE_OPTIONS, CLAUDE_RUNTIME } from '../../libs/claude/src/claude.tokens.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import { createRuntime } from '../../libs/claude/src/claude.runtime.js';
import { captureLog, type CapturedLine } from '../support/captured-log.js';
import { eventually, PARAMS, SIMULATED_KEY } from '../support/claude-harness.js';
import {
  bootGraphql,
  bootHttp,
  bootRpc,
  bootWebSocket,
  loadGraphqlFirst,
  type AppParts,
  type HttpPlatform,
} from '../support/contexts.js';

let sim: AnthropicSimulator;
beforeAll(async () => {
  sim = await AnthropicSimulator.start();
});
afterAll(() => sim.close());
beforeEach(() => sim.reset());

interface Instance {
  readonly imports: AppParts['imports'];
  readonly lines: readonly CapturedLine[];
  /** Set once the application is made. */
  claude(): ClaudeService;
  runtime(): ClaudeRuntime;
}

/** An instance of the module whose lines are kept, to be imported by an application. */
function instanceOf(options: ClaudeModuleOptions & { name?: string } = {}): Instance {
  const capture = captureLog();
  let runtime: ClaudeRuntime | undefined;
  const { name, ...given } = options;
  const module = ClaudeModule.forRoot({
    apiKey: SIMULATED_KEY,
    baseURL: sim.url,
    retry: false,
    isGlobal: true,
    ...given,
    name,
  });
  const providers = (module.providers ?? []).map((provider) =>
    'provide' in (provider as object) && (provider as { provide: unknown }).provide === CLAUDE_RUNTIME
      ? {
          provide: CLAUDE_RUNTIME,
          inject: [CLAUDE_OPTIONS],
          useFactory: (raw: unknown) =>
            (runtime = createRuntime(resolveSettings(raw), name, { logWriter: capture.writer })),
        }
      : provider,
  );
  const made = (): ClaudeRuntime => {
    if (runtime === undefined) throw new Error('The application is not made yet.');
    return runtime;
  };
  let service: ClaudeService | undefined;
  return {
    imports: [{ ...module, providers }],
    lines: capture.lines,
    runtime: made,
    claude: () => (service ??= new ClaudeService(made())),
  };
}

const ofHandlers = (lines: readonly CapturedLine[]): readonly CapturedLine[] =>
  lines.filter(({ fields }) => 'handler' in fields);
const ofCalls = (lines: readonly CapturedLine[]): readonly CapturedLine[] =>
  lines.filter(({ fields }) => 'callId' in fields);

const INTERCEPTED = { providers: [{ provide: APP_INTERCEPTOR, useClass: ClaudeLoggingInterceptor }] };

/** Two calls, one after the other. */
async function askTwice(claude: ClaudeService): Promise<string> {
  await claude.messages.create(PARAMS);
  for await (const _ of await claude.messages.create({ ...PARAMS, stream: true }));
  return 'done';
}

function expectSumOfCalls(lines: readonly CapturedLine[], fields: object): void {
  const [handler, ...others] = ofHandlers(lines);
  const calls = ofCalls(lines);
  expect(others).toEqual([]);
  const sum = (name: string): number => calls.reduce((total, { fields: each }) => total + Number(each[name]), 0);
  expect(handler?.fields).toMatchObject({
    outcome: 'succeeded',
    calls: calls.length,
    attempts: sum('attempts'),
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    ...fields,
  });
  expect(handler?.fields['costUsd']).toBeCloseTo(sum('costUsd'), 9);
  const id = handler?.fields['correlationId'];
  expect(calls.map(({ fields: each }) => each['correlationId'])).toEqual(calls.map(() => id));
}

describe.each<HttpPlatform>(['Express', 'Fastify'])('A handler on %s', (platform) => {
  it('has one line with what its calls cost together, and they its context, without passing anything', async () => {
    const contextOf = async (context: ExecutionContext): Promise<CallContext> => ({
      user: `user of ${context.switchToHttp().getRequest<{ url: string }>().url}`,
      tags: { team: 'search' },
    });
    const instance = instanceOf({ requests: { contextOf } });
    const { url } = await bootHttp(platform, {
      imports: instance.imports,
      ...INTERCEPTED,
      handler: () => askTwice(instance.claude()),
    });
    const answer = await fetch(`${url}/ask`, { headers: { 'x-request-id': 'from-the-edge-17' } });
    expect(await answer.text()).toBe('done');
    expect(answer.headers.get('x-request-id')).toBe('from-the-edge-17');
    const attribution = { user: 'user of /ask', tags: { team: 'search' }, correlationId: 'from-the-edge-17' };
    expectSumOfCalls(instance.lines, { handler: 'AskController.ask', contextType: 'http', ...attribution });
    expect(ofCalls(instance.lines).map(({ fields }) => fields)).toMatchObject([attribution, attribution]);
    expect(ofHandlers(instance.lines)[0]?.text).toMatch(/^AskController\.ask succeeded in [\d.]+ ms, 2 calls, /);
  });

  it('that fails says with what, and what its calls cost all the same', async () => {
    const instance = instanceOf();
    const { ask } = await bootHttp(platform, {
      imports: instance.imports,
      ...INTERCEPTED,
      handler: async () => {
        await askTwice(instance.claude());
        throw new RangeError('mine');
      },
    });
    expect((await ask()).status).toBe(500);
    expect(ofHandlers(instance.lines)).toMatchObject([
      { level: 'error', fields: { outcome: 'failed', errorClass: 'RangeError', calls: 2 } },
    ]);
  });

  it('that makes no call has no line, but a correlation id', async () => {
    const instance = instanceOf();
    const { ask } = await bootHttp(platform, { imports: instance.imports, ...INTERCEPTED, handler: () => 'hello' });
    expect((await ask()).headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(instance.lines).toEqual([]);
  });

  it('takes the id of a trace for want of another, and none that is forged', async () => {
    const instance = instanceOf({ requests: { correlationHeader: 'X-Correlation-Id' } });
    const { url } = await bootHttp(platform, { imports: instance.imports, ...INTERCEPTED, handler: () => 'hello' });
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
    const idOf = async (headers: Record<string, string>): Promise<string | null> =>
      (await fetch(`${url}/ask`, { headers })).headers.get('x-correlation-id');
    expect(await idOf({ traceparent })).toBe(traceId);
    expect(await idOf({ traceparent, 'x-correlation-id': 'mine' })).toBe('mine');
    for (const forged of ['two words', 'x'.repeat(129), 'a"b', 'a;b', '\u00e4']) {
      expect(await idOf({ 'x-correlation-id': forged })).toMatch(/^[\da-f-]{36}$/);
    }
    expect(await idOf({ traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` })).toMatch(/^[\da-f-]{36}$/);
  });

  it('counts an Observable until it completes', async () => {
    const instance = instanceOf();
    const { ask } = await bootHttp(platform, {
      imports: instance.imports,
      ...INTERCEPTED,
      handler: () => of(1, 2, 3).pipe(mergeMap(() => from(askTwice(instance.claude())))),
    });
    expect(await (await ask()).text()).toBe('done');
    expectSumOfCalls(instance.lines, { calls: 6 });
  });

  it('counts a file that is streamed until its end', async () => {
    const instance = instanceOf();
    const { ask } = await bootHttp(platform, {
      imports: instance.imports,
      ...INTERCEPTED,
      handler: async () => {
        const events = await instance.claude().messages.create({ ...PARAMS, stream: true });
        return new StreamableFile(Readable.from(map$(events)));
      },
    });
    expect(await (await ask()).text()).toContain('message_stop');
    await eventually(() => ofHandlers(instance.lines).length > 0, 'the handler was over');
    expectSumOfCalls(instance.lines, { calls: 1 });
  });
});

async function* map$(events: AsyncIterable<{ type: string }>): AsyncGenerator<string> {
  for await (const { type } of events) yield `${type}\n`;
}

/** A controller that streams, on Fastify, to a client that may leave. */
async function bootSse(instance: Instance, stream: () => Observable<{ data: unknown }>): Promise<string> {
  @Controller()
  @UseInterceptors(ClaudeLoggingInterceptor)
  class StreamController {
    @Sse('stream')
    stream(): Observable<{ data: unknown }> {
      return stream();
    }

    @Get('plain')
    plain(): string {
      return 'plain';
    }
  }
  const module = await Test.createTestingModule({
    imports: instance.imports,
    controllers: [StreamController],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  opened.push(app);
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
});

describe('A handler of server-sent events', () => {
  const events = (instance: Instance): Observable<{ data: unknown }> =>
    sseEvents((signal) => instance.claude().messages.stream(PARAMS, { signal })).pipe(
      map(({ data }) => ({ data: JSON.stringify(data) })),
    );

  it('is over when its last event is out', async () => {
    const instance = instanceOf();
    const url = await bootSse(instance, () => events(instance));
    const answer = await fetch(`${url}/stream`);
    expect(answer.headers.get('x-request-id')).not.toBeNull();
    expect(await answer.text()).toContain('message_stop');
    await eventually(() => ofHandlers(instance.lines).length > 0, 'the handler was over');
    expectSumOfCalls(instance.lines, { handler: 'StreamController.stream', calls: 1 });
  });

  it('is abandoned when its client leaves, as is its call, and leaves nothing behind', async () => {
    const instance = instanceOf();
    sim.onMessage().reply('word '.repeat(500)).failWith({ kind: 'slowStream', perEventMs: 5 });
    const url = await bootSse(instance, () => events(instance));
    const controller = new AbortController();
    const answer = await fetch(`${url}/stream`, { signal: controller.signal });
    await answer.body?.getReader().read();
    controller.abort();
    await eventually(() => ofHandlers(instance.lines).length > 0, 'the handler was over');
    expect(ofHandlers(instance.lines)).toMatchObject([
      { level: 'log', fields: { outcome: 'abandoned', calls: 1, abandonedCalls: 1 } },
    ]);
    expect(instance.runtime().liveCalls.size).toBe(0);
  });

  it('has no line before its calls have ended, however early it ends itself', async () => {
    const instance = instanceOf();
    sim.onMessage().failWith({ kind: 'slowFirstToken', ms: 100 });
    const ended = new Subject<never>();
    const url = await bootSse(instance, () => {
      void instance.claude().messages.create(PARAMS);
      setImmediate(() => ended.complete());
      return ended;
    });
    await (await fetch(`${url}/stream`)).text();
    expect(ofHandlers(instance.lines)).toEqual([]);
    await eventually(() => ofHandlers(instance.lines).length > 0, 'the handler was over', 5_000);
    expectSumOfCalls(instance.lines, { calls: 1 });
  });
});

describe('In a GraphQL application', () => {
  loadGraphqlFirst();

  it('a resolver has its line, its calls their context, and the answer the id', async () => {
    const instance = instanceOf();
    const { ask } = await bootGraphql({
      imports: instance.imports,
      ...INTERCEPTED,
      handler: () => askTwice(instance.claude()),
    });
    const { data, headers } = await ask();
    expect(data).toEqual({ ask: 'done' });
    expectSumOfCalls(instance.lines, { handler: 'AskResolver.ask', contextType: 'graphql' });
    expect(headers.get('x-request-id')).toBe(ofHandlers(instance.lines)[0]?.fields['correlationId']);
  });
});

it.each([
  ['WebSocket gateway', 'ws', 'AskGateway.ask', bootWebSocket],
  ['microservice', 'rpc', 'AskController.ask', bootRpc],
] as const)('A handler of a %s has its line, and its calls their context', async (_, contextType, handler, boot) => {
  const contextOf = (context: ExecutionContext): CallContext => ({
    user: (context.getArgByIndex<unknown>(contextType === 'ws' ? 1 : 0) as { user: string }).user,
    correlationId: 'of-the-message',
  });
  const instance = instanceOf({ requests: { contextOf } });
  const { ask } = await boot({
    imports: instance.imports,
    interceptors: [ClaudeLoggingInterceptor],
    handler: () => askTwice(instance.claude()).then((data) => ({ event: 'answer', data })),
  });
  expect(JSON.stringify(await ask({ user: 'ada' }))).toContain('done');
  expectSumOfCalls(instance.lines, { contextType, handler, user: 'ada', correlationId: 'of-the-message' });
});

describe('The interceptor', () => {
  it('that is bound twice writes one line', async () => {
    const instance = instanceOf();
    const { ask } = await bootHttp('Express', {
      imports: instance.imports,
      ...INTERCEPTED,
      interceptors: [ClaudeLoggingInterceptor],
      handler: () => askTwice(instance.claude()),
    });
    await ask();
    expectSumOfCalls(instance.lines, { calls: 2 });
  });

  it('keeps requests apart that are served at the same time', async () => {
    const instance = instanceOf();
    const { url } = await bootHttp('Fastify', {
      imports: instance.imports,
      ...INTERCEPTED,
      handler: () => askTwice(instance.claude()),
    });
    const ids = Array.from({ length: 20 }, (_, at) => `request-${at}`);
    await Promise.all(ids.map(async (id) => (await fetch(`${url}/ask`, { headers: { 'x-request-id': id } })).text()));
    const handlers = ofHandlers(instance.lines).map(
      ({ fields }) => [fields['correlationId'], fields['calls']] as const,
    );
    expect(handlers).toHaveLength(ids.length);
    expect(new Map(handlers)).toEqual(new Map(ids.map((id) => [id, 2])));
  });

  it('counts the calls of the instance it is told, with a resolver of its own', async () => {
    const plain = instanceOf();
    const batch = instanceOf({ name: 'batch' });
    const { ask, app } = await bootHttp('Express', {
      imports: [...(plain.imports ?? []), ...(batch.imports ?? [])],
      ...INTERCEPTED,
      decorator: ClaudeLogged({ instance: 'batch', contextOf: () => ({ user: 'nightly' }) }),
      handler: async () => {
        await plain.claude().messages.create(PARAMS);
        return app
          .get<ClaudeService>(getClaudeToken('batch'), { strict: false })
          .messages.create(PARAMS)
          .then(() => 'done');
      },
    });
    await ask();
    expect(ofHandlers(plain.lines)).toEqual([]);
    expectSumOfCalls(batch.lines, { instance: 'batch', user: 'nightly', calls: 1 });
  });

  it('lets a request end with what its resolver throws, before anything is asked', async () => {
    const contextOf = (): never => {
      throw new Error('Nobody is logged in.');
    };
    const instance = instanceOf({ requests: { contextOf } });
    const handler = jest.fn();
    const { ask } = await bootHttp('Express', { imports: instance.imports, ...INTERCEPTED, handler });
    expect((await ask()).status).toBe(500);
    expect(handler).not.toHaveBeenCalled();
  });

  it('says which instance is missing', async () => {
    const instance = instanceOf();
    const decorator = ClaudeLogged({ instance: 'nobody' });
    const { app, ask } = await bootHttp('Express', {
      imports: instance.imports,
      ...INTERCEPTED,
      decorator,
      handler: () => 'x',
    });
    const logged: unknown[] = [];
    app.useLogger({ log: () => undefined, warn: () => undefined, error: (error: unknown) => logged.push(error) });
    expect((await ask()).status).toBe(500);
    expect(String(logged.map((each) => (each as Error).message))).toMatch(
      /ClaudeLoggingInterceptor found no instance of ClaudeModule named 'nobody'.*@ClaudeLogged/,
    );
  });

  it('writes no line where the log is off, and still opens the context', async () => {
    const instance = instanceOf({ log: false, requests: { contextOf: () => ({ user: 'ada' }) } });
    const users: unknown[] = [];
    const { ask } = await bootHttp('Express', {
      imports: instance.imports,
      ...INTERCEPTED,
      handler: () => {
        instance.claude().records.subscribe(({ user, correlationId }) => users.push(user, typeof correlationId));
        return askTwice(instance.claude());
      },
    });
    await ask();
    expect(users).toEqual(['ada', 'string', 'ada', 'string']);
    expect(instance.lines).toEqual([]);
  });

  it('is not reached by a logger that fails', async () => {
    const instance = instanceOf();
    const { ask } = await bootHttp('Express', {
      imports: instance.imports,
      ...INTERCEPTED,
      handler: () => {
        instance.runtime().observing.handlers.observe('broken', () => {
          throw new Error('The disk is full.');
        });
        return askTwice(instance.claude());
      },
    });
    expect(await (await ask()).text()).toBe('done');
    expect(instance.runtime().observing.handlers.failures.get('broken')).toBe(1);
  });
});
