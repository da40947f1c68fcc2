import { failureOf } from './errors/call-failure.js';
import { inspect } from 'node:util';
import Anthropic, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  BadRequestError,
} from '@anthropic-ai/sdk';
import { bootClaude, eventually, PARAMS, rejection, type ClaudeHarness } from '../../../test/support/claude-harness.js';
import { callContext } from './call/context.js';
import { encodedBody } from './call/request-options.js';
import type { Stage } from './call/stage.js';
import { DeadlineExceededError, KeyUnavailableError, ShuttingDownError } from './errors/errors.js';

let harness: ClaudeHarness;
beforeEach(async () => {
  harness = await bootClaude();
});
afterEach(() => {
  expect(harness.claude.activeCalls).toBe(0);
});

describe('a call', () => {
  it('gives what the SDK alone gives, and leaves one record', async () => {
    const { claude, sim, records } = harness;
    const bare = new Anthropic({ baseURL: sim.url, apiKey: 'bare' });
    const expected = await bare.messages.create(PARAMS);
    const message = await claude.messages.create(PARAMS);
    expect({ ...message, id: '' }).toEqual({ ...expected, id: '' });
    expect(message._request_id).toMatch(/^req_/);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      operation: 'messages.create',
      model: PARAMS.model,
      stream: false,
      outcome: { kind: 'succeeded' },
      status: 200,
      requestId: message._request_id,
      usage: {
        inputTokens: message.usage.input_tokens,
        outputTokens: message.usage.output_tokens,
        quality: 'complete',
      },
      attempts: [{ number: 1, status: 200, failure: null, retryDelayMs: null }],
      timeToFirstEventMs: null,
    });
  });

  it('streams the events that the SDK alone streams, with the usage of the answer without a stream', async () => {
    const { claude, sim } = harness;
    const bare = new Anthropic({ baseURL: sim.url, apiKey: 'bare' });
    const types = async (client: { messages: Anthropic['messages'] }): Promise<string[]> => {
      const seen: string[] = [];
      for await (const event of await client.messages.create({ ...PARAMS, stream: true })) seen.push(event.type);
      return seen;
    };
    expect(await types(claude)).toEqual(await types(bare));
    const streamed = harness.record();
    await claude.messages.create(PARAMS);
    expect(streamed).toMatchObject({ stream: true, outcome: { kind: 'succeeded' }, usage: harness.record().usage });
    expect(streamed.timeToFirstEventMs).toBeGreaterThan(0);
  });

  it('works through the stream helper, beta, counting, lists and the client itself', async () => {
    const { claude, records } = harness;
    expect(await claude.messages.stream(PARAMS).finalText()).not.toBe('');
    await claude.beta.messages.create(PARAMS);
    await claude.messages.countTokens({ model: PARAMS.model, messages: PARAMS.messages });
    const listed: string[] = [];
    for await (const model of claude.models.list({ limit: 2 })) listed.push(model.id);
    await claude.client.models.retrieve(PARAMS.model);
    expect(listed.length).toBeGreaterThan(2);
    const operations = records.map(({ operation }) => operation);
    expect([...new Set(operations)]).toEqual([
      'messages.create',
      'beta.messages.create',
      'messages.countTokens',
      'models.list',
      'models.retrieve',
    ]);
    expect(records.every(({ outcome }) => outcome.kind === 'succeeded')).toBe(true);
  });

  it('keeps the bytes of a body that is already encoded, and still knows its model', async () => {
    const { claude, sim } = harness;
    const bytes = Buffer.from(JSON.stringify({ ...PARAMS, max_tokens: 64_000, unknown_field: 1 }, null, 2));
    const answer = await claude.client.post('/v1/messages', encodedBody(bytes, PARAMS)).asResponse();
    expect(await answer.json()).toMatchObject({ type: 'message' });
    expect(sim.lastRequest().body).toMatchObject({ unknown_field: 1 });
    expect(harness.record()).toMatchObject({ model: PARAMS.model, usage: { quality: 'complete' } });
  });

  it('sends the configured key, and none of the placeholder', async () => {
    const own = await bootClaude({ apiKey: 'the-key' }, { apiKeys: ['the-key'] });
    await own.claude.messages.create(PARAMS);
    expect(own.sim.lastRequest().apiKeyIndex).toBe(0);
  });

  it('asks a key function before every attempt, and leaves credentials of a single call alone', async () => {
    const keys = ['first', 'second'];
    const own = await bootClaude(
      { apiKey: () => keys.shift() ?? 'none' },
      { apiKeys: ['first', 'second', 'callers-own'] },
    );
    own.sim.onMessage().failWith(500).once();
    await own.claude.messages.create(PARAMS);
    await own.claude.messages.create(PARAMS, { headers: { authorization: 'Bearer callers-own' } });
    expect(own.sim.requests.map(({ apiKeyIndex }) => apiKeyIndex)).toEqual([0, 1, 2]);
  });
});

describe('a key function', () => {
  it.each([
    ['returns nothing', (): string => ''],
    ['promises nothing', (): Promise<string> => Promise.resolve('')],
    ['fails', (): Promise<string> => Promise.reject(new Error('vault sealed: sk-ant-inside'))],
    [
      'throws',
      (): string => {
        throw new Error('sk-ant-inside');
      },
    ],
    ['returns what no header can carry', (): string => 'sk-ant-inside\nsecond line'],
  ])('that %s fails the call without a request, and without what it said', async (_, apiKey) => {
    const own = await bootClaude({ apiKey });
    const error = await rejection(own.claude.messages.create(PARAMS));
    expect(error).toBeInstanceOf(KeyUnavailableError);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('sk-ant-inside');
    own.sim.assertNotCalled();
    expect(own.record()).toMatchObject({
      outcome: { kind: 'failed', error: { code: 'key_unavailable' } },
      usage: null,
    });
  });
});

describe('a key function that never answers', () => {
  it('ends with the deadline, and at once by an abort', async () => {
    const own = await bootClaude({ apiKey: () => new Promise<string>(() => undefined) });
    const late = rejection(own.claude.with({ deadlineMs: 40 }).messages.create(PARAMS));
    const controller = new AbortController();
    const aborted = rejection(own.claude.messages.create(PARAMS, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 10);
    expect(await aborted).toBeInstanceOf(APIUserAbortError);
    expect(await late).toBeInstanceOf(DeadlineExceededError);
    expect(own.claude.activeCalls).toBe(0);
  });
});

describe('context', () => {
  it('attributes calls of a view, of a single call and of a run, the narrower over the wider', async () => {
    const { claude } = harness;
    const view = claude.with({ user: 'view', tags: { a: '1', b: '1' } }).with({ tags: { b: '2' } });
    await claude.run({ user: 'run', requestType: 'chat', tags: { r: '1' } }, async () => {
      await view.messages.create(PARAMS, callContext({ tags: { c: '3' }, priority: 'background' }));
    });
    expect(harness.record()).toMatchObject({
      user: 'view',
      requestType: 'chat',
      priority: 'background',
      tags: { r: '1', a: '1', b: '2', c: '3' },
    });
    await claude.messages.create(PARAMS);
    expect(harness.record()).toMatchObject({ user: null, requestType: null, priority: 'normal', tags: {} });
  });

  it('reaches every way a view can call', async () => {
    const { claude, records } = harness;
    const view = claude.with({ user: 'u' });
    expect(view.client).toBe(view);
    expect(view).toBeInstanceOf(Anthropic);
    await view.messages.stream(PARAMS).finalMessage();
    await view.beta.messages.create(PARAMS);
    await view.messages.batches.list();
    for await (const _ of view.models.list({ limit: 3 }));
    await view.withOptions({ timeout: 5_000 }).messages.create(PARAMS);
    await view.get('/v1/models');
    expect(records.length).toBeGreaterThan(6);
    expect(records.map(({ user }) => user)).toEqual(records.map(() => 'u'));
    expect(view.buildURL('/v1/models', {})).toContain('/v1/models');
    expect(view.openTelemetry.traces.enabled).toBe(false);
  });

  it('never mixes among concurrent views', async () => {
    const { claude, records } = harness;
    const users = Array.from({ length: 100 }, (_, index) => `user-${index}`);
    const models = ['claude-haiku-5-5', 'claude-sonnet-5-5'];
    await Promise.all(
      users.map((user, index) =>
        claude.with({ user }).messages.create({ ...PARAMS, model: models[index % 2] as string }),
      ),
    );
    for (const { user, model } of records) expect(model).toBe(models[Number(user?.slice(5)) % 2]);
    expect(new Set(records.map(({ user }) => user)).size).toBe(100);
  });
});

describe('retries', () => {
  it('repeats a failed attempt and says so in the record and on the wire', async () => {
    const { claude, sim } = harness;
    sim.onMessage().failWith(529).times(2).thenReply('recovered');
    const message = await claude.messages.create(PARAMS);
    expect(message.content).toMatchObject([{ text: 'recovered' }]);
    expect(harness.record().attempts).toMatchObject([
      { number: 1, status: 529, failure: { type: 'overloaded_error', status: 529 }, retryDelayMs: expect.any(Number) },
      { number: 2, status: 529, retryDelayMs: expect.any(Number) },
      { number: 3, status: 200, failure: null, retryDelayMs: null },
    ]);
    expect(sim.requests.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual(['0', '1', '2']);
  });

  it("ends in the SDK's own error, untouched, when attempts are used up", async () => {
    harness.sim.onMessage().failWith({ kind: 'status', status: 529, message: 'Overloaded for the test' });
    const error = await rejection(harness.claude.messages.create(PARAMS));
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: 529, type: 'overloaded_error', apiMessage: 'Overloaded for the test' });
    harness.sim.assertCalled({ times: 3 });
    expect(harness.record()).toMatchObject({
      outcome: { kind: 'failed', error: { type: 'overloaded_error', status: 529 } },
    });
  });

  it('never repeats what the caller did wrong', async () => {
    harness.sim.onMessage().failWith(400);
    await expect(harness.claude.messages.create(PARAMS)).rejects.toBeInstanceOf(BadRequestError);
    harness.sim.assertCalled({ times: 1 });
  });

  it.each([0, 1, 4])(
    'takes `maxRetries: %i` of a call as its own number of attempts, and does not multiply it',
    async (maxRetries) => {
      harness.sim.onMessage().failWith(500);
      await rejection(harness.claude.messages.create(PARAMS, { maxRetries }));
      harness.sim.assertCalled({ times: maxRetries + 1 });
      expect(harness.records).toHaveLength(1);
    },
  );

  it('takes `maxRetries` of a copy of the client the same way, and lets a call overrule it', async () => {
    harness.sim.onMessage().failWith(500);
    const copy = harness.claude.client.withOptions({ maxRetries: 1 });
    await rejection(copy.messages.create(PARAMS));
    await rejection(copy.withOptions({ timeout: 1_000 }).messages.stream(PARAMS).finalMessage());
    await rejection(
      copy.models.list({}, { maxRetries: 0 }).then(() => copy.messages.create(PARAMS, { maxRetries: 0 })),
    );
    harness.sim.assertCalled({ times: 5 });
  });

  it('repeats connection failures without the SDK repeating them again', async () => {
    harness.sim.onMessage().failWith({ kind: 'resetBeforeHeaders' });
    const error = await rejection(harness.claude.messages.create(PARAMS, { maxRetries: 1 }));
    expect(error).toBeInstanceOf(APIConnectionError);
    harness.sim.assertCalled({ times: 2 });
  });

  it('goes on after an attempt that ran out of time', async () => {
    const { claude, sim } = harness;
    sim.onMessage().failWith({ kind: 'hang' }).times(2).thenReply('at last');
    const message = await claude.messages.create(PARAMS, { timeout: 400 });
    expect(message.content).toMatchObject([{ text: 'at last' }]);
    expect(harness.record().attempts.map(({ failure }) => failure?.type)).toEqual([
      'APIConnectionTimeoutError',
      'APIConnectionTimeoutError',
      undefined,
    ]);
  });

  it("ends in the SDK's own time-out error when every attempt ran out of time", async () => {
    harness.sim.onMessage().failWith({ kind: 'hang' });
    const error = await rejection(harness.claude.messages.create(PARAMS, { timeout: 30 }));
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    expect(failureOf(error)?.attempts).toHaveLength(3);
    expect(error.message).toBe('Attempt 3 timed out after 30 ms.');
    harness.sim.assertCalled({ times: 3 });
    expect(harness.record()).toMatchObject({
      outcome: { kind: 'failed' },
      usage: { quality: 'estimated', outputTokens: 0 },
    });
  });

  it('repeats a stream whose error event came before any content, as the status it stands for', async () => {
    const { claude, sim } = harness;
    sim.onMessage().failWith({ kind: 'errorEvent', type: 'overloaded_error' }).once().thenReply('fine');
    expect(await claude.messages.stream(PARAMS).finalText()).toBe('fine');
    expect(harness.record().attempts[0]).toMatchObject({ status: 529, failure: { type: 'overloaded_error' } });

    sim.onMessage().failWith({ kind: 'errorEvent', type: 'invalid_request_error' });
    const error = await rejection(claude.messages.create({ ...PARAMS, stream: true }));
    expect(error).toBeInstanceOf(BadRequestError);
  });
});

describe('deadlines', () => {
  it('ends a call at its deadline, whatever attempt it is in', async () => {
    harness.sim.onMessage().failWith({ kind: 'hang' });
    const started = performance.now();
    const error = await rejection(harness.claude.with({ deadlineMs: 60 }).messages.create(PARAMS));
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(error.message).toContain('60 ms');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('holds a deadline of the context to the last event of a stream', async () => {
    const { claude, sim } = harness;
    sim.onMessage().failWith({ kind: 'stallMidStream', afterDeltas: 1 });
    const stream = claude.with({ deadlineMs: 80 }).messages.stream(PARAMS);
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(DeadlineExceededError);
    expect(harness.record()).toMatchObject({ outcome: { kind: 'failed', error: { code: 'deadline_exceeded' } } });
  });

  it('does not wait for a retry that the deadline leaves no time for', async () => {
    harness.sim.onMessage().failWith({ kind: 'status', status: 429, retryAfter: 30 });
    const started = performance.now();
    const error = await rejection(harness.claude.with({ deadlineMs: 5_000 }).messages.create(PARAMS));
    expect(error).toMatchObject({ status: 429 });
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('abort', () => {
  it("ends a call at once by the SDK's signal, and by that of the context", async () => {
    const { claude, sim, records } = harness;
    sim.onMessage().failWith({ kind: 'hang' });
    const [one, two] = [new AbortController(), new AbortController()];
    const calls = [
      claude.messages.create(PARAMS, { signal: one.signal }),
      claude.with({ signal: two.signal }).messages.create(PARAMS),
    ].map((call) => rejection(call));
    await eventually(() => sim.activeRequests === 2, 'both calls arrived');
    one.abort();
    two.abort();
    for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(APIUserAbortError);
    expect(records.map(({ outcome }) => outcome)).toEqual(
      records.map(() => ({ kind: 'abandoned', at: 'before-answer' })),
    );
    await sim.whenIdle({ allowKeepAlive: true });
  });

  it('makes no request when it comes first', async () => {
    const { claude, sim } = harness;
    const signal = AbortSignal.abort();
    await expect(claude.messages.create(PARAMS, { signal })).rejects.toBeInstanceOf(APIUserAbortError);
    await expect(claude.with({ signal }).messages.create(PARAMS)).rejects.toBeInstanceOf(APIUserAbortError);
    sim.assertNotCalled();
  });

  it('ends the wait before a retry', async () => {
    const own = await bootClaude({ retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 } });
    own.sim.onMessage().failWith(500);
    const controller = new AbortController();
    const call = rejection(own.claude.messages.create(PARAMS, { signal: controller.signal }));
    await eventually(() => own.sim.requests[0]?.status === 500, 'the first attempt ended');
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    expect(await call).toBeInstanceOf(APIUserAbortError);
    expect(own.claude.activeCalls).toBe(0);
  });

  it('of a stream that nobody awaits raises nothing anywhere', async () => {
    const { claude, sim } = harness;
    for (const target of [claude, claude.with({ user: 'u' }), claude.client.withOptions({ timeout: 5_000 })]) {
      target.messages.stream(PARAMS).abort();
      target.beta.messages.stream(PARAMS).abort();
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
    await sim.whenIdle({ allowKeepAlive: true });
  });

  it('leaves no listener on a signal that outlives the calls', async () => {
    const { claude } = harness;
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    const view = claude.with({ signal });
    await view.messages.create(PARAMS);
    await view.messages.stream(PARAMS).finalMessage();
    for await (const _ of await view.messages.create({ ...PARAMS, stream: true })) break;
    await eventually(() => claude.activeCalls === 0, 'the last stream was let go');
    expect(added).toHaveBeenCalledTimes(3);
    expect(removed).toHaveBeenCalledTimes(3);
  });
});

describe('a stage of the user', () => {
  it('that throws after the answer makes a failed call of it, and no second attempt', async () => {
    const use: Stage = async (call, next) => {
      await next(call);
      throw new Error('not today');
    };
    for (const params of [PARAMS, { ...PARAMS, stream: true }]) {
      const own = await bootClaude({ stages: [{ after: 'retry', use }] });
      own.sim.onMessage().failWith({ kind: 'slowStream', perEventMs: 10 });
      expect((await rejection(own.claude.messages.create(params))).message).toBe('not today');
      own.sim.assertCalled({ times: 1 });
      expect(own.record()).toMatchObject({ outcome: { kind: 'failed', error: { type: 'Error' } } });
      await own.sim.whenIdle({ allowKeepAlive: true });
    }
  });

  it('may call the rest again, and answer by itself', async () => {
    const again: Stage = async (call, next) => {
      await next(call);
      return next(call);
    };
    const twice = await bootClaude({ stages: [{ before: 'send', use: again }] });
    await twice.claude.messages.create(PARAMS);
    expect(twice.record()).toMatchObject({ outcome: { kind: 'succeeded' }, attempts: [{ number: 1 }, { number: 2 }] });

    const canned = async (): Promise<Response> => Response.json({ type: 'message', content: [] });
    const alone = await bootClaude({ stages: [{ before: 'retry', use: canned }] });
    expect(await alone.claude.messages.create(PARAMS)).toMatchObject({ type: 'message' });
    alone.sim.assertNotCalled();
    expect(alone.record()).toMatchObject({ outcome: { kind: 'succeeded' }, usage: null, attempts: [] });
  });
});

describe('a copy of the client', () => {
  it('with middleware and a fetch of its own still passes the pipeline', async () => {
    const seen: string[] = [];
    const copy = harness.claude.client.withOptions({
      fetch: (input, init) => {
        seen.push('fetch');
        return fetch(input, init);
      },
      middleware: [
        (request, next) => {
          seen.push('middleware');
          return next(request);
        },
      ],
    });
    harness.sim.onMessage().failWith(500).once();
    await copy.messages.create(PARAMS);
    expect(seen).toEqual(['middleware', 'fetch', 'fetch']);
    expect(harness.record().attempts).toHaveLength(2);
  });
});

describe('shutdown', () => {
  it('lets running calls finish and refuses new ones', async () => {
    const own = await bootClaude({}, { latency: { jsonMs: 60 } });
    const running = own.claude.messages.create(PARAMS);
    await eventually(() => own.sim.activeRequests === 1, 'the call arrived');
    const closing = own.claude.beforeApplicationShutdown();
    await expect(own.claude.messages.create(PARAMS)).rejects.toBeInstanceOf(ShuttingDownError);
    expect(own.record().outcome).toEqual({ kind: 'refused', code: 'shutting_down' });
    await expect(running).resolves.toMatchObject({ type: 'message' });
    await closing;
  });

  it('ends what outlasts the grace period, a stream with an error too', async () => {
    const own = await bootClaude({ shutdownGraceMs: 60 });
    own.sim.onMessage({ stream: false }).failWith({ kind: 'hang' });
    own.sim.onMessage({ stream: true }).failWith({ kind: 'stallMidStream', afterDeltas: 1 });
    const running = rejection(own.claude.messages.create(PARAMS));
    const streaming = rejection(
      (async () => {
        for await (const _ of await own.claude.messages.create({ ...PARAMS, stream: true }));
      })(),
    );
    await eventually(() => own.sim.activeRequests === 2, 'both calls arrived');
    await own.claude.beforeApplicationShutdown();
    expect(await running).toBeInstanceOf(ShuttingDownError);
    expect(await streaming).toBeInstanceOf(ShuttingDownError);
    expect(own.records.map(({ outcome }) => outcome.kind)).toEqual(['failed', 'failed']);
  });
});
