// What those who look on cost a call: its record told to nobody, and to all of them, in the same run.
import { Registry } from 'prom-client';
import { measure } from '../libs/claude/dist/esm/metrics/attachments.js';
import { metricsSettings } from '../libs/claude/dist/esm/metrics/metrics-settings.js';
import { RegisteredMetrics } from '../libs/claude/dist/esm/metrics/registered-metrics.js';
import { ClaudeMetricsService } from '../libs/claude/dist/esm/observability/claude-metrics.service.js';
import { Observers } from '../libs/claude/dist/esm/observability/observers.js';
import { createRuntime } from '../libs/claude/dist/esm/claude.runtime.js';
import { resolveSettings } from '../libs/claude/dist/esm/config/settings.js';
import { json, sse } from './lib/clients.mjs';
import { alternate } from './lib/measure.mjs';
import { start } from './lib/processes.mjs';

/** All observers together, in microseconds a call. */
const AT_MOST_US = 15;

/** Takes the lines of the request log, as a logger does that writes them elsewhere. */
const drop = () => undefined;
const logWriter = { verbose: drop, debug: drop, log: drop, warn: drop, error: drop, fatal: drop };

/** Each joins those who look on at a runtime; the request log is there from the start. */
const OBSERVERS = [
  (runtime) => new ClaudeMetricsService(runtime),
  (runtime) => measure(runtime, new RegisteredMetrics(metricsSettings({ registry: new Registry() }))),
];

export async function benchObservers({ rounds = 9, scale = 1 } = {}) {
  const simulator = await start('./simulator.mjs');
  const runtime = createRuntime(resolveSettings({ apiKey: 'bench', baseURL: simulator.url }), 'default', {
    logWriter,
  });
  const records = [];
  runtime.records.subscribe((record) => records.push(record));
  await json(runtime.client);
  await sse(runtime.client);
  for (const join of OBSERVERS) join(runtime);

  const total = Math.ceil(100_000 * scale);
  const contestants = records.flatMap((record) => {
    const kind = record.stream ? 'SSE' : 'JSON';
    return [
      { name: `${kind}, observers off`, run: () => tell(new Observers(), record, total) },
      { name: `${kind}, observers on`, run: () => tell(runtime.observers, record, total) },
    ];
  });
  const results = await alternate(contestants, rounds);
  await runtime.transport.close();
  await simulator.stop();
  print(results);
}

function tell(observers, record, total) {
  const began = performance.now();
  for (let told = 0; told < total; told++) observers.tell(record);
  return { us: ((performance.now() - began) * 1_000) / total };
}

function print(results) {
  console.log('\n### Observers\n\n| | us a call | at most |\n|---|---:|---:|');
  for (const [name, { us }] of results) {
    const bound = name.endsWith('on') ? AT_MOST_US : null;
    const note = bound === null ? '' : us <= bound ? `${bound}` : `${bound} **missed**`;
    console.log(`| ${name} | ${us.toFixed(2)} | ${note} |`);
    if (bound !== null && us > bound * 1.25) process.exitCode = 1;
  }
}
