import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AlwaysOffSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { Registry, type RegistryContentType } from 'prom-client';
import type { AnyRegistry } from 'nestjs-claude/metrics';
import { PARAMS } from '../support/claude-harness.js';
import { bootMetrics, type MetricsHarness } from './support.js';

afterEach(() => {
  trace.disable();
  context.disable();
});

function traceWith(provider: BasicTracerProvider): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
}

/** Makes a call, as JSON and as a stream, within a span of its own; the id of its trace. */
async function callInSpan({ claude }: MetricsHarness): Promise<string> {
  return trace.getTracer('test').startActiveSpan('work', async (span) => {
    await claude.messages.create(PARAMS);
    await claude.messages.stream(PARAMS).finalMessage();
    span.end();
    return span.spanContext().traceId;
  });
}

function openMetrics(): AnyRegistry {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

it('names the trace of a call at its latency, in a registry that speaks OpenMetrics', async () => {
  traceWith(new BasicTracerProvider());
  const harness = await bootMetrics({}, {}, { metrics: { registry: openMetrics() } });
  const traceId = await callInSpan(harness);

  const { text, series } = await harness.scrape();
  expect(harness.records.map((record) => record.traceId)).toEqual([traceId, traceId]);
  for (const name of ['anthropic_request_latency_seconds', 'anthropic_time_to_first_token_seconds']) {
    expect(text).toMatch(
      new RegExp(`^${name}_bucket\\{.*\\} \\d+ # \\{trace_id="${traceId}",span_id="[0-9a-f]{16}"\\} `, 'm'),
    );
  }
  expect(series.get('anthropic_requests_total{model="claude-haiku-5-5",status="success"}')).toBe(2);
  expect(text).toContain('# TYPE anthropic_requests counter');
  expect(text.endsWith('# EOF\n')).toBe(true);
});

it('names no trace that nobody keeps', async () => {
  traceWith(new BasicTracerProvider({ sampler: new AlwaysOffSampler() }));
  const harness = await bootMetrics({}, {}, { metrics: { registry: openMetrics() } });
  await callInSpan(harness);

  expect((await harness.scrape()).text).not.toContain('trace_id');
});

it('names no trace in any other registry', async () => {
  traceWith(new BasicTracerProvider());
  const harness = await bootMetrics();
  await callInSpan(harness);

  expect((await harness.scrape()).text).not.toContain('trace_id');
});

it('speaks OpenMetrics where nobody traces', async () => {
  const harness = await bootMetrics({}, {}, { metrics: { registry: openMetrics() } });
  await harness.claude.messages.create(PARAMS);

  const { text, series } = await harness.scrape();
  expect(text).not.toContain(' # {');
  expect(series.get('anthropic_request_latency_seconds_count{model="claude-haiku-5-5"}')).toBe(1);
});
