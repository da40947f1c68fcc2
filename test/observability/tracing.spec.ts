import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import type { ClaudeModuleOptions } from 'nestjs-claude';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import type { ClaudeRuntime } from '../../libs/claude/src/claude.runtime.js';
import { tracingOf } from '../../libs/claude/src/observability/tracing/tracing.js';
import {
  FAILED_ATTEMPT_EVENT,
  SPAN_ATTRIBUTE_NAMES,
} from '../../libs/claude/src/observability/tracing/span-attributes.js';
import { bootClaude, eventually, PARAMS, SIMULATED_KEY, type ClaudeHarness } from '../support/claude-harness.js';
import { captureLog, type CapturedLine } from '../support/captured-log.js';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

interface Traced extends ClaudeHarness {
  readonly lines: readonly CapturedLine[];
}

beforeEach(() => {
  exporter.reset();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
});
afterEach(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

async function bootTraced(options: Omit<ClaudeModuleOptions, 'baseURL'> = {}): Promise<Traced> {
  const log = captureLog();
  const harness = await bootClaude(options, {}, { logWriter: log.writer });
  return { ...harness, lines: log.lines };
}

/** The one span of the one call, which is on the record and on the line as well. */
async function spanOf({ records, lines }: Traced): Promise<ReadableSpan> {
  await eventually(() => exporter.getFinishedSpans().length > 0, 'the span ended');
  const [span, ...others] = exporter.getFinishedSpans() as [ReadableSpan, ...ReadableSpan[]];
  expect(others).toEqual([]);
  expect(span.ended).toBe(true);
  const { traceId, spanId } = span.spanContext();
  expect(records).toMatchObject([{ traceId, spanId }]);
  expect(lines).toMatchObject([{ fields: { traceId, spanId } }]);
  return span;
}

type Ask = (harness: ClaudeHarness) => Promise<unknown>;

const WAYS: readonly (readonly [string, Ask])[] = [
  ['JSON', ({ claude }) => claude.messages.create(PARAMS)],
  [
    'a stream',
    async ({ claude }) => {
      for await (const _ of await claude.messages.create({ ...PARAMS, stream: true }));
    },
  ],
  ['the stream helper', ({ claude }) => claude.messages.stream(PARAMS).finalMessage()],
];

describe.each(WAYS)('The span of a call (%s)', (_, ask) => {
  it('tells what the SDK does not know of one that succeeded', async () => {
    const traced = await bootTraced();
    await ask(traced);
    const { name, attributes, status, events } = await spanOf(traced);
    const { record } = traced;
    expect(name).toBe('anthropic.messages.create');
    expect(attributes).toMatchObject({
      'gen_ai.request.model': PARAMS.model,
      'gen_ai.usage.output_tokens': record().usage?.outputTokens,
      'gen_ai.usage.cost': (record().costNanoUsd ?? NaN) / 1e9,
      'claude.call.id': record().id,
      'claude.instance': 'default',
      'claude.endpoint': 'default',
      'claude.outcome': 'succeeded',
      'claude.attempts': 1,
      'claude.queue_wait_ms': 0,
    });
    expect(attributes).not.toHaveProperty('error.type');
    expect(status.code).not.toBe(SpanStatusCode.ERROR);
    expect(events).toEqual([]);
  });

  it('tells of the attempts before, each as an event', async () => {
    const traced = await bootTraced();
    traced.sim.onMessage().failWith(529).once().thenReply('hello');
    await ask(traced);
    const { attributes, events } = await spanOf(traced);
    expect(attributes).toMatchObject({
      'claude.attempts': 2,
      'http.request.resend_count': 1,
      'claude.outcome': 'succeeded',
    });
    expect(events).toMatchObject([
      {
        name: FAILED_ATTEMPT_EVENT,
        attributes: {
          'claude.attempt': 1,
          'claude.endpoint': 'default',
          'error.type': 'overloaded',
          'http.response.status_code': 529,
          'claude.retry_delay_ms': expect.any(Number) as number,
        },
      },
    ]);
  });

  it('names the endpoint that a failover came to', async () => {
    const healthy = await AnthropicSimulator.start();
    try {
      const traced = await bootTraced({
        endpoints: [
          { name: 'first', key: SIMULATED_KEY },
          { name: 'second', key: SIMULATED_KEY, baseURL: healthy.url, weight: 0.0001 },
        ],
        routing: { strategy: 'weighted' },
      });
      traced.sim.onMessage().failWith(500);
      await ask(traced);
      const { attributes, events } = await spanOf(traced);
      const { attempts } = traced.record();
      expect(attributes).toMatchObject({ 'claude.endpoint': 'second', 'claude.attempts': attempts.length });
      expect(events).toHaveLength(attempts.length - 1);
    } finally {
      await healthy.close();
    }
  });

  it('says what we refused it for', async () => {
    const traced = await bootTraced({ cost: { budgets: [{ name: 'none', limitUsd: 0, window: 'month' }] } });
    await ask(traced).catch(() => null);
    const { attributes, status } = await spanOf(traced);
    expect(attributes).toMatchObject({
      'claude.outcome': 'refused',
      'claude.refusal': 'budget_exceeded',
      'error.type': 'budget_exceeded',
      'claude.attempts': 0,
      'gen_ai.usage.cost': 0,
    });
    expect(status.code).toBe(SpanStatusCode.ERROR);
  });

  it('leaves an error of the API its name', async () => {
    const traced = await bootTraced({ retry: false });
    traced.sim.onMessage().failWith(400);
    await ask(traced).catch(() => null);
    const { attributes, status } = await spanOf(traced);
    expect(attributes).toMatchObject({ 'error.type': 'invalid_request_error', 'claude.failure': 'rejected' });
    expect(status.code).toBe(SpanStatusCode.ERROR);
  });

  it('holds nothing that others have named, nor any content', async () => {
    const traced = await bootTraced();
    const claude = traced.claude.with({ user: 'ada@example.org', tags: { secret: SIMULATED_KEY } });
    await ask({ ...traced, claude: claude as never });
    expect(JSON.stringify((await spanOf(traced)).attributes)).not.toMatch(/ada|simulated-key|the sea/);
  });
});

describe('The span of a stream', () => {
  it('has what it cost on it when its reader stops early', async () => {
    const traced = await bootTraced();
    traced.sim.onMessage().reply('one two three four five six seven').failWith({ kind: 'slowStream', perEventMs: 5 });
    for await (const event of await traced.claude.messages.create({ ...PARAMS, stream: true })) {
      if (event.type === 'content_block_delta') break;
    }
    const { attributes, status } = await spanOf(traced);
    expect(attributes).toMatchObject({ 'claude.outcome': 'abandoned', 'claude.endpoint': 'default' });
    expect(attributes['gen_ai.usage.cost']).toBeGreaterThan(0);
    expect(status.code).toBe(SpanStatusCode.UNSET);
  });

  it('has it, too, when its caller aborts it', async () => {
    const traced = await bootTraced();
    traced.sim.onMessage().reply('one two three four five six seven').failWith({ kind: 'slowStream', perEventMs: 5 });
    const controller = new AbortController();
    const stream = await traced.claude.messages.create({ ...PARAMS, stream: true }, { signal: controller.signal });
    for await (const event of stream) if (event.type === 'content_block_start') controller.abort();
    expect((await spanOf(traced)).attributes).toMatchObject({ 'claude.outcome': 'abandoned' });
  });

  it('says by our own name how it broke', async () => {
    const traced = await bootTraced();
    traced.sim.onMessage().reply('one two three four').failWith({ kind: 'resetMidStream', afterDeltas: 2 });
    await traced.claude.messages
      .stream(PARAMS)
      .finalMessage()
      .catch(() => null);
    const { attributes, events } = await spanOf(traced);
    expect(attributes).toMatchObject({ 'claude.outcome': 'failed', 'error.type': 'stream_interrupted' });
    expect(events).toMatchObject([{ attributes: { 'error.type': 'stream-interrupted' } }]);
  });
});

describe('Traces', () => {
  it('have one span a call, in the trace that is under way', async () => {
    const traced = await bootTraced();
    const parent = provider.getTracer('test').startSpan('handler');
    await context.with(trace.setSpan(context.active(), parent), () => traced.claude.messages.create(PARAMS));
    const span = await spanOf(traced);
    expect(span.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect(span.spanContext().traceId).toBe(parent.spanContext().traceId);
  });

  it('are on the lines of requests that the SDK has no span for, as that which is around them', async () => {
    const traced = await bootTraced();
    const parent = provider.getTracer('test').startSpan('handler');
    await context.with(trace.setSpan(context.active(), parent), () =>
      traced.claude.client.post('/v1/messages', { body: PARAMS }),
    );
    expect(exporter.getFinishedSpans()).toEqual([]);
    const { traceId, spanId } = parent.spanContext();
    expect(traced.lines).toMatchObject([{ fields: { traceId, spanId } }]);
  });

  it('that are not sampled have no spans, and their calls are made all the same', async () => {
    trace.disable();
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ sampler: new AlwaysOffSampler(), spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    );
    const traced = await bootTraced();
    await traced.claude.messages.create(PARAMS);
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect(traced.records).toHaveLength(1);
  });

  it.each<[string, Omit<ClaudeModuleOptions, 'baseURL'>]>([
    ['`tracing: false`', { tracing: false }],
    ['`client.openTelemetry: false`', { client: { openTelemetry: false } }],
  ])('are off with %s', async (__, options) => {
    const traced = await bootTraced(options);
    await traced.claude.messages.create(PARAMS);
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect(traced.runtime.observing.tracing).toBeNull();
    expect(traced.lines[0]?.fields).not.toHaveProperty('traceId');
  });

  it('are off, with the SDK making none, where no provider is registered', async () => {
    trace.disable();
    const traced = await bootTraced();
    expect(traced.runtime.observing.tracing).toBeNull();
    expect(traced.claude.client.openTelemetry.traces.enabled).toBe(false);
  });

  it('are on with `tracing: true` for a provider that is registered later', async () => {
    trace.disable();
    const traced = await bootTraced({ tracing: true });
    trace.setGlobalTracerProvider(provider);
    await traced.claude.messages.create(PARAMS);
    expect((await spanOf(traced)).attributes).toMatchObject({ 'claude.outcome': 'succeeded' });
  });

  it('go to the provider that the client is given, with none registered', async () => {
    trace.disable();
    const traced = await bootTraced({ client: { openTelemetry: { tracerProvider: provider } } });
    await traced.claude.messages.create(PARAMS);
    expect((await spanOf(traced)).attributes).toMatchObject({ 'claude.outcome': 'succeeded' });
  });

  it('reach no caller when they fail, and that is counted', async () => {
    const failing = new BasicTracerProvider({
      spanProcessors: [
        {
          onStart: (span) =>
            void Object.defineProperty(span, 'setAttributes', {
              value: (attributes: object) => {
                if ('claude.call.id' in attributes) throw new Error('The exporter is broken.');
              },
            }),
          onEnd: () => undefined,
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve(),
        },
      ],
    });
    const traced = await bootTraced({ client: { openTelemetry: { tracerProvider: failing } } });
    for await (const event of await traced.claude.messages.create({ ...PARAMS, stream: true })) {
      if (event.type === 'content_block_delta') break;
    }
    await eventually(() => traced.records.length > 0, 'the call was recorded');
    const { failures }: ClaudeRuntime['observers'] = traced.runtime.observers;
    await eventually(() => failures.get('traces') === 1, 'the failure was counted');
    expect((await traced.claude.messages.create(PARAMS)).type).toBe('message');
  });

  it('cannot be asked for where OpenTelemetry is not installed', async () => {
    jest.doMock('@opentelemetry/api', () => {
      throw new Error('Cannot find module');
    });
    try {
      await expect(tracingOf({ tracing: true, client: {} })).rejects.toThrow(/`tracing` needs .*@opentelemetry\/api/);
      await expect(tracingOf({ tracing: 'auto', client: {} })).resolves.toBeNull();
    } finally {
      jest.dontMock('@opentelemetry/api');
    }
  });
});

it('The attributes have names of the conventions, or of our own', () => {
  expect(SPAN_ATTRIBUTE_NAMES.filter((name) => !/^(?:claude|gen_ai)\./.test(name))).toEqual(['error.type']);
});
