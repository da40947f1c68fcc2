import { getEventListeners } from 'node:events';
import { Registry } from 'prom-client';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { createRuntime } from '../../libs/claude/src/claude.runtime.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import type { CallRecord } from '../../libs/claude/src/call/record.js';
import { measure } from '../../libs/claude/src/metrics/attachments.js';
import { metricsSettings } from '../../libs/claude/src/metrics/metrics-settings.js';
import { RegisteredMetrics } from '../../libs/claude/src/metrics/registered-metrics.js';
import { scrape } from '../observability/support.js';
import { eventually } from '../support/claude-harness.js';
import { makeMixedCalls, MIXED_FAULTS, MIXED_OPTIONS, whenAllSettled } from '../support/mixed-calls.js';
import { WatchedClock } from '../support/watched-clock.js';

const CALLS = 10_000;

it(`leaves nothing behind after ${CALLS} mixed calls with random faults, aborts and broken streams`, async () => {
  const sim = await AnthropicSimulator.start({ faults: MIXED_FAULTS, record: 'usage', seed: 7 });
  const clock = new WatchedClock();
  const settings = resolveSettings({ apiKey: 'test', baseURL: sim.url, ...MIXED_OPTIONS });
  const runtime = createRuntime(settings, 'default', { clock });
  const records: CallRecord[] = [];
  runtime.records.subscribe((record) => records.push(record));
  const registry = new Registry();
  const stopMeasuring = measure(runtime, new RegisteredMetrics(metricsSettings({ registry })));
  const { signal } = new AbortController();

  await makeMixedCalls(runtime.client, { calls: CALLS, signal });

  await whenAllSettled(runtime);
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  expect(records.length).toBeGreaterThan(CALLS * 0.95);
  const kinds = new Set(records.map(({ outcome }) => outcome.kind));
  expect(kinds).toEqual(new Set(['succeeded', 'failed', 'abandoned', 'refused']));
  const scraped = await scrape(registry);
  stopMeasuring();
  expect(scraped.series.get('anthropic_active_requests')).toBe(0);
  expect(scraped.sum('anthropic_requests_total')).toBe(records.length);
  expect(scraped.sum('anthropic_attempts_total')).toBe(records.flatMap(({ attempts }) => attempts).length);
  expect(scraped.sum('anthropic_observer_failures_total')).toBe(0);
  expect(runtime.circuits.snapshot().filter(({ permitsOut }) => permitsOut > 0)).toEqual([]);
  expect(clock.held).toBe(0);
  await eventually(() => getEventListeners(signal, 'abort').length === 0, 'no listener was left on the shared signal');
  expect(runtime.transport.stats.activeRequests).toBe(0);
  await sim.whenIdle({ allowKeepAlive: true });

  await runtime.transport.close();
  expect(runtime.transport.stats.openSockets).toBe(0);
  await sim.whenIdle({ timeoutMs: 2_000 });
  await sim.close();
}, 120_000);
