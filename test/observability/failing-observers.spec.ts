import { Registry, type Histogram } from 'prom-client';
import { MemoryAdmissionStore } from 'nestjs-claude';
import { systemClock } from '../../libs/claude/src/call/clock.js';
import { PARAMS } from '../support/claude-harness.js';
import { bootMetrics } from './support.js';

const INSTANCE = 'claude_instance="default"';

/** A store that cannot tell how limits stand. */
class SecretiveStore extends MemoryAdmissionStore {
  override standing(): never {
    throw new Error('The store of a test does not say.');
  }
}

it('counts a metric that throws, which neither the caller nor any other observer feels', async () => {
  const registry = new Registry();
  const harness = await bootMetrics({}, {}, { metrics: { registry } });
  const latency = registry.getSingleMetric('anthropic_request_latency_seconds') as Histogram;
  latency.observe = () => {
    throw new Error('A metric of a test fails.');
  };
  const answer = await harness.claude.messages.create(PARAMS);
  expect(answer.type).toBe('message');
  await harness.claude.messages.stream(PARAMS).finalMessage();

  expect(harness.records).toHaveLength(2);
  expect(harness.metrics.getSummary().successes).toBe(2);
  expect(harness.metrics.observerFailures.get('metrics')).toBe(2);
  const scraped = await harness.scrape();
  expect(scraped.of('anthropic_observer_failures_total')).toEqual({ [`{${INSTANCE},observer="metrics"}`]: 2 });
  // Counting comes before measuring, and is whole.
  expect(scraped.sum('anthropic_requests_total')).toBe(2);
});

it('scrapes what can be told while something cannot, and counts that', async () => {
  const harness = await bootMetrics({ store: new SecretiveStore(systemClock), storeOutage: { limits: 'open' } });
  await harness.claude.messages.create(PARAMS);

  await harness.scrape();
  const scraped = await harness.scrape();
  expect(scraped.sum('anthropic_requests_total')).toBe(1);
  expect(scraped.of('anthropic_limit_headroom')).toEqual({});
  expect(scraped.sum('anthropic_observer_failures_total')).toBeGreaterThan(0);
  expect(scraped.sum('anthropic_store_failures_total')).toBeGreaterThan(0);
});
