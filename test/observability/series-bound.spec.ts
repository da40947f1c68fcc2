import { Registry } from 'prom-client';
import { FAILURE_KINDS } from '../../libs/claude/src/errors/failure-meaning.js';
import { createRuntime } from '../../libs/claude/src/claude.runtime.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import type { CallRecord } from '../../libs/claude/src/call/record.js';
import { measure } from '../../libs/claude/src/metrics/attachments.js';
import { NO_FAILURE, STATUSES, TOKEN_TYPES } from '../../libs/claude/src/metrics/call-counts.js';
import { METRICS } from '../../libs/claude/src/metrics/catalogue/catalogue.js';
import type { LabelName, MetricDefinition } from '../../libs/claude/src/metrics/catalogue/metric-definition.js';
import { InstanceLabels } from '../../libs/claude/src/metrics/instance-labels.js';
import { DIMENSIONS } from '../../libs/claude/src/metrics/limit-samples.js';
import { metricsSettings } from '../../libs/claude/src/metrics/metrics-settings.js';
import { RegisteredMetrics } from '../../libs/claude/src/metrics/registered-metrics.js';
import { createRandom } from '../../libs/claude/src/testing/seed.js';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { PARAMS } from '../support/claude-harness.js';
import { scrape } from './support.js';

const RECORDS = 50_000;
const CALLS = 1_000;
const CONCURRENT = 50;

/** Refusals, reasons why something has no price, observers. */
const FEW = 20;

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** How many values each label can have at the most. */
function boundsOf({ models, endpoints, domains, modelClasses, circuits }: InstanceLabels): Record<LabelName, number> {
  const other = 1;
  const own = circuits.size + other;
  return {
    model: models.values.size,
    status: Object.keys(STATUSES).length,
    type: Object.keys(TOKEN_TYPES).length,
    claude_instance: 1,
    reason: FAILURE_KINDS.length + FEW,
    endpoint: endpoints.size + other,
    outcome: FAILURE_KINDS.length + Object.keys(NO_FAILURE).length,
    circuit: (endpoints.size + other) * (models.values.size + 1) + own,
    domain: domains.size + other,
    model_class: modelClasses.size + other,
    dimension: Object.keys(DIMENSIONS).length,
    budget: 1,
    sink: 1,
    observer: FEW,
    kind: 5,
    action: 4,
  };
}

/** How many lines a metric can have at the most: a histogram has one for each bucket, and for all, sum and count. */
function mostSeries({ kind, labels, ...rest }: MetricDefinition, bounds: Record<LabelName, number>): number {
  const lines = kind === 'histogram' && 'buckets' in rest ? rest.buckets.length + 3 : 1;
  return labels.reduce((product, label) => product * bounds[label], lines);
}

it(`keeps to its bound of series whatever ${RECORDS} models, users and tags callers make up`, async () => {
  const sim = await AnthropicSimulator.start({ record: 'none' });
  cleanups.push(() => sim.close());
  const budgets = [{ name: 'each', limitUsd: 1, window: 'day', scope: { user: '*' }, mode: 'soft' } as const];
  const settings = resolveSettings({
    apiKey: 'test',
    baseURL: sim.url,
    retry: false,
    cost: { budgets },
  });
  const runtime = createRuntime(settings);
  cleanups.push(() => runtime.transport.close());
  const registered = new RegisteredMetrics(metricsSettings({ registry: new Registry() }));
  const stop = measure(runtime, registered);
  const random = createRandom(11);
  const madeUp = (): string => `claude-${Math.floor(random() * 1e9).toString(36)}-${Math.floor(random() * 1e5)}`;
  const records: CallRecord[] = [];
  runtime.records.subscribe((record) => records.push(record));

  let left = CALLS;
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      const context = { user: madeUp(), tags: { [`t${madeUp().slice(0, 12)}`]: madeUp() }, requestType: madeUp() };
      await runtime.ambient
        .run(context, () => runtime.client.messages.create({ ...PARAMS, model: madeUp() }))
        .catch(() => null);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, caller));
  await runtime.client.messages.create(PARAMS);
  const real = records.at(-1) as CallRecord;
  for (let made = 0; made < RECORDS; made++) {
    const model = madeUp();
    const attempts = real.attempts.map((attempt) => Object.assign({}, attempt, { model }));
    runtime.observers.tell({ ...real, model, attempts, user: madeUp(), tags: { team: madeUp() } });
  }

  const scraped = await scrape(registered.settings.registry);
  stop();
  expect(records.length).toBe(CALLS + 1);
  expect(scraped.sum('anthropic_requests_total')).toBe(CALLS + 1 + RECORDS);
  expect(scraped.of('anthropic_requests_total')['{model="other",status="success"}']).toBeGreaterThanOrEqual(RECORDS);
  const bounds = boundsOf(new InstanceLabels(runtime, registered.settings));
  const linesOf = (name: string): number =>
    [...scraped.series.keys()].filter((series) => new RegExp(`^${name}(?:_bucket|_sum|_count)?(?:\\{|$)`).test(series))
      .length;
  const over = Object.entries(METRICS).filter(([name, metric]) => linesOf(name) > mostSeries(metric, bounds));
  expect(over.map(([name]) => name)).toEqual([]);
  // What was made up all went into the same few.
  expect(scraped.series.size).toBeLessThan(500);
  expect(scraped.text).not.toMatch(/claude-[0-9a-z]{4,}-\d{3,}/);
}, 120_000);
