import type { ClaudeRuntime } from '../claude.runtime.js';
import { CallCounts } from './call-counts.js';
import { CallTimes } from './call-times.js';
import type { CounterName, GaugeName } from './catalogue/catalogue.js';
import type { Feed } from './fed-metric.js';
import { InstanceLabels } from './instance-labels.js';
import type { AnyRegistry } from './metrics.options.js';
import type { RegisteredMetrics } from './registered-metrics.js';
import { StateFeeds } from './state-feeds.js';

/** The observer of records that counts and measures. */
export const METRICS_OBSERVER = 'metrics';

/** An instance that is measured under one prefix of one registry. */
interface Attachment {
  readonly registry: AnyRegistry;
  readonly prefix: string;
  /** How many modules measure it: each call must count once. */
  modules: number;
  readonly end: () => void;
}

const ATTACHMENTS = new WeakMap<ClaudeRuntime, Set<Attachment>>();

/** Measures an instance, until whoever began to has called the function returned. */
export function measure(runtime: ClaudeRuntime, metrics: RegisteredMetrics): () => void {
  const { registry, prefix } = metrics.settings;
  const attachments = ATTACHMENTS.get(runtime) ?? new Set<Attachment>();
  ATTACHMENTS.set(runtime, attachments);
  const known = [...attachments].find((each) => each.registry === registry && each.prefix === prefix);
  const attachment = known ?? { registry, prefix, modules: 0, end: begin(runtime, metrics) };
  attachments.add(attachment);
  attachment.modules += 1;
  return () => {
    attachment.modules -= 1;
    if (attachment.modules > 0) return;
    attachments.delete(attachment);
    attachment.end();
  };
}

function begin(runtime: ClaudeRuntime, metrics: RegisteredMetrics): () => void {
  const labels = new InstanceLabels(runtime, metrics.settings);
  const counts = new CallCounts(labels);
  const times = new CallTimes(metrics, labels);
  const feeds = { ...counts.feeds, ...new StateFeeds(runtime, labels).feeds };
  const stops = [
    runtime.observers.observe(METRICS_OBSERVER, (record) => {
      counts.add(record);
      times.observe(record);
    }),
    runtime.storeWaits.observe(METRICS_OBSERVER, times.storeWaited),
    ...(Object.entries(feeds) as [CounterName | GaugeName, Feed][]).map(([name, feed]) => metrics.feed(name, feed)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
