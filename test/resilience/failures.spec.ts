import { inspect } from 'node:util';
import {
  APIConnectionError,
  APIError,
  BadRequestError,
  InternalServerError,
  RateLimitError,
  type Middleware,
} from '@anthropic-ai/sdk';
import { classifyError, failureOf, isClaudeError, StreamInterruptedError } from 'nestjs-claude';
import type { Fault } from 'nestjs-claude/testing';
import { bootClaude, FAST_RETRY, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';

interface RunOptions {
  readonly deadlineMs?: number;
}

const OPUS = 'claude-opus-5-5';
const SONNET = 'claude-sonnet-5-5';

let harness: ClaudeHarness;
beforeEach(async () => {
  harness = await bootClaude({ circuit: false });
});

/** Every way the SDK gives to a caller to make one call. */
const WAYS: readonly (readonly [string, (harness: ClaudeHarness) => PromiseLike<unknown>])[] = [
  ['create', ({ claude }) => claude.messages.create(PARAMS)],
  ['create with stream', ({ claude }) => claude.messages.create({ ...PARAMS, stream: true })],
  ['the stream helper', ({ claude }) => claude.messages.stream(PARAMS).finalMessage()],
  ['beta', ({ claude }) => claude.beta.messages.create(PARAMS)],
];

describe.each(WAYS)('an error that %s ended with', (_, call) => {
  it('tells of all attempts where the API failed them', async () => {
    harness.sim.onMessage().failWith(500);
    const error = await rejection(call(harness));
    expect(error).toBeInstanceOf(InternalServerError);
    expect(failureOf(error)).toMatchObject({
      callId: harness.record().id,
      requestId: harness.record().requestId,
      retryBudgetExhausted: false,
      attempts: [
        { number: 1, endpoint: 'default', model: PARAMS.model, status: 500, failure: { type: 'api_error' } },
        { number: 2, status: 500 },
        { number: 3, status: 500, cause: undefined },
      ],
    });
    expect(harness.record().outcome).toMatchObject({ error: { meaning: { kind: 'server-error', fault: 'service' } } });
  });

  it('tells of all attempts, and what each was thrown away with, where the connection failed', async () => {
    harness.sim.onMessage().failWith({ kind: 'resetBeforeHeaders' });
    const error = await rejection(call(harness));
    expect(error).toBeInstanceOf(APIConnectionError);
    const attempts = failureOf(error)?.attempts ?? [];
    expect(attempts.map(({ cause }) => cause instanceof Error)).toEqual([true, true, true]);
    expect(classifyError(error)).toMatchObject({ kind: 'disconnected', mayHaveRun: true });
  });

  it('has no prompt in whatever it prints', async () => {
    harness.sim.onMessage().failWith(500);
    const error = await rejection(call(harness));
    expect(inspect(error, { depth: 12, showHidden: true, getters: true })).not.toContain('Tell me about the sea');
    expect(JSON.stringify(failureOf(error))).not.toContain('Tell me about the sea');
  });
});

describe('what an error tells', () => {
  it('is there for an error event after output was given, too', async () => {
    harness.sim.onMessage().failWith({ kind: 'errorEvent', type: 'overloaded_error', afterDeltas: 2 });
    const error = await rejection(harness.claude.messages.stream(PARAMS).finalMessage());
    expect(error).toBeInstanceOf(APIError);
    expect(failureOf(error)).toMatchObject({ callId: harness.record().id, attempts: [{ number: 1 }] });
    expect(classifyError(error)).toMatchObject({ kind: 'overloaded', mayHaveRun: true });
  });

  it('is on our own errors as `attempts`', async () => {
    harness.sim.onMessage().failWith(529).once().thenFailWith({ kind: 'resetMidStream', afterDeltas: 2 });
    const error = await rejection(harness.claude.messages.stream(PARAMS).finalMessage());
    expect(error).toBeInstanceOf(StreamInterruptedError);
    expect(isClaudeError(error) && error.attempts.map(({ status }) => status)).toEqual([529, 200]);
  });

  it('has the time the server asked for, where that was too long to wait', async () => {
    harness.sim.onMessage().failWith({ kind: 'status', status: 429, retryAfter: 3_600 });
    const error = await rejection(harness.claude.messages.create(PARAMS));
    expect(error).toBeInstanceOf(RateLimitError);
    expect(failureOf(error)).toMatchObject({ retryAfterMs: 3_600_000, attempts: [{ retryAfterMs: 3_600_000 }] });
    harness.sim.assertCalled({ times: 1 });
  });

  it('says that the retry budget was used up, as the record does', async () => {
    harness = await bootClaude({
      circuit: false,
      retry: { ...FAST_RETRY, budget: { maxTokens: 1, tokensPerCall: 0, tokensPerMinute: 0.001 } },
    });
    harness.sim.onMessage().failWith(500);
    const error = await rejection(harness.claude.messages.create(PARAMS));
    expect(failureOf(error)).toMatchObject({ retryBudgetExhausted: true, attempts: [{ number: 1 }, { number: 2 }] });
    expect(harness.record().retryBudgetExhausted).toBe(true);
  });
});

describe('a stream that failed after output was given', () => {
  const TEXT = 'one two three four five six seven eight nine ten';

  it.each<[string, Fault, RunOptions]>([
    ['broke off', { kind: 'resetMidStream', afterDeltas: 3 }, {}],
    ['ended early', { kind: 'truncateStream', afterDeltas: 3 }, {}],
    ['reported an error', { kind: 'errorEvent', type: 'overloaded_error', afterDeltas: 3 }, {}],
    ['was malformed', { kind: 'malformedEvent', afterDeltas: 3 }, {}],
    ['went silent', { kind: 'stallMidStream', afterDeltas: 3 }, {}],
    ['met the deadline of its context', { kind: 'stallMidStream', afterDeltas: 3 }, { deadlineMs: 150 }],
  ])('tells what had arrived, message, text and usage, when it %s', async (_, fault, context) => {
    harness = await bootClaude({ circuit: false, timeouts: { idleMs: 300 } });
    harness.sim.onMessage().reply(TEXT).failWith(fault);
    const error = await rejection(harness.claude.with(context).messages.stream(PARAMS).finalMessage());
    const partial = failureOf(error)?.partial;
    expect(partial?.text).toMatch(/^one/);
    expect(TEXT.startsWith(partial?.text ?? 'x')).toBe(true);
    expect(partial?.message).toMatchObject({ role: 'assistant', content: [{ type: 'text', text: partial?.text }] });
    expect(partial?.usage).toEqual(harness.record().usage);
    expect(partial?.usage?.quality).toBe('partial');
    expect(partial?.usage?.inputTokens).toBeGreaterThan(0);
    expect(partial?.usage?.outputTokens).toBeGreaterThan(0);
    harness.sim.assertCalled({ times: 1 });
  });
});

describe('fallback models', () => {
  beforeEach(async () => {
    harness = await bootClaude({ retry: { ...FAST_RETRY, fallbackModels: { [OPUS]: [SONNET] } } });
  });

  it('answer for an overloaded model, JSON and stream, and the record says so', async () => {
    const { claude, sim, records } = harness;
    sim.onMessage({ model: OPUS }).failWith(529);
    const params = { ...PARAMS, model: OPUS };
    expect((await claude.messages.create(params)).model).toBe(SONNET);
    expect((await claude.messages.stream(params).finalMessage()).model).toBe(SONNET);
    for (const record of records) {
      expect(record).toMatchObject({ model: OPUS, outcome: { kind: 'succeeded' } });
      expect(record.attempts).toMatchObject([
        { model: OPUS, status: 529, retryDelayMs: 0 },
        { model: SONNET, status: 200 },
      ]);
    }
  });

  it('answer for a model whose first event was an error, and never after output was given', async () => {
    const { claude, sim } = harness;
    const params = { ...PARAMS, model: OPUS };
    sim.onMessage({ model: OPUS }).failWith({ kind: 'errorEvent', type: 'overloaded_error' }).once();
    expect((await claude.messages.stream(params).finalMessage()).model).toBe(SONNET);
    sim.onMessage({ model: OPUS }).failWith({ kind: 'errorEvent', type: 'overloaded_error', afterDeltas: 2 });
    await rejection(claude.messages.stream(params).finalMessage());
    expect(harness.record().attempts).toHaveLength(1);
  });

  it('leave the first error standing where they refuse the request', async () => {
    const { claude, sim } = harness;
    sim.onMessage({ model: OPUS }).failWith(529);
    sim.onMessage({ model: SONNET }).failWith(400);
    const error = await rejection(claude.messages.create({ ...PARAMS, model: OPUS }));
    expect(error).toMatchObject({ status: 529, type: 'overloaded_error' });
    expect(harness.record()).toMatchObject({
      status: 529,
      outcome: { kind: 'failed', error: { type: 'overloaded_error' } },
      attempts: [{ status: 529 }, { status: 400 }],
    });
  });

  it('are not asked where the caller asked for no retry', async () => {
    harness.sim.onMessage({ model: OPUS }).failWith(529);
    await rejection(harness.claude.messages.create({ ...PARAMS, model: OPUS }, { maxRetries: 0 }));
    harness.sim.assertCalled({ times: 1 });
  });
});

describe('code of the application around an attempt', () => {
  it('is sent to a fallback as it was sent to the first model', async () => {
    const redact: Middleware = (request, next) =>
      next({ ...request, body: (request.body as string).replace('the sea', '[redacted]') });
    harness = await bootClaude({
      retry: { ...FAST_RETRY, fallbackModels: { [OPUS]: [SONNET] } },
      middleware: [redact],
    });
    harness.sim.onMessage({ model: OPUS }).failWith(529);
    await harness.claude.messages.create({ ...PARAMS, model: OPUS });
    expect(harness.sim.requests.map(({ body }) => JSON.stringify(body).includes('the sea'))).toEqual([false, false]);
  });

  it('that throws is not repeated, and says nothing of the service', async () => {
    harness = await bootClaude();
    const policy = new Error('my policy says no');
    const options = { middleware: [() => Promise.reject(policy)] };
    for (let call = 0; call < 6; call += 1) {
      expect(await rejection(harness.claude.messages.create(PARAMS, options))).toBe(policy);
    }
    expect(harness.record()).toMatchObject({
      outcome: { kind: 'failed', error: { meaning: { kind: 'unexpected', fault: 'us' } } },
      attempts: [{ failure: { meaning: { kind: 'unexpected' } } }],
    });
    await expect(harness.claude.messages.create(PARAMS)).resolves.toBeDefined();
  });

  it('that never returns a key is named as what it is, and says nothing of the service', async () => {
    harness = await bootClaude({ apiKey: () => new Promise<string>(() => undefined), timeouts: { attemptMs: 20 } });
    for (let call = 0; call < 6; call += 1) {
      const error = await rejection(harness.claude.messages.create(PARAMS));
      expect(isClaudeError(error, 'key_unavailable')).toBe(true);
      expect(error.message).toContain('Nothing was sent');
    }
    expect(harness.record().attempts).toMatchObject([{ status: null, usage: null }]);
  });
});

describe('x-should-retry', () => {
  it('keeps a failure from being repeated, and has one repeated, as the server says', async () => {
    harness.sim.onMessage().failWith({ kind: 'status', status: 500, headers: { 'x-should-retry': 'false' } });
    await rejection(harness.claude.messages.create(PARAMS));
    expect(harness.record().attempts).toHaveLength(1);
    harness.sim.reset();
    harness.sim.onMessage().failWith({ kind: 'status', status: 400, headers: { 'x-should-retry': 'true' } });
    expect(await rejection(harness.claude.messages.create(PARAMS))).toBeInstanceOf(BadRequestError);
    expect(harness.record().attempts).toHaveLength(3);
  });
});
