import type { Histogram } from 'prom-client';
import type { AttemptRecord, CallRecord } from '../call/record.js';
import { INSTANCE } from './catalogue/metric-definition.js';
import type { HistogramName } from './catalogue/catalogue.js';
import type { Labels } from './fed-metric.js';
import type { InstanceLabels } from './instance-labels.js';
import type { RegisteredMetrics } from './registered-metrics.js';

/** The labels of what is measured by model. prom-client takes an object each time, so these are kept. */
interface LabelsOfModel {
  readonly plain: Labels;
  readonly own: Labels;
}

/** How long the calls of one instance took, and what of that was whose. */
export class CallTimes {
  readonly #own: Labels;
  readonly #labelsOfModel = new Map<string, LabelsOfModel>();

  constructor(
    private readonly metrics: RegisteredMetrics,
    private readonly labels: InstanceLabels,
  ) {
    this.#own = Object.freeze({ [INSTANCE]: labels.instance });
  }

  observe(record: CallRecord): void {
    const { outcome, model, attempts, durationMs } = record;
    // How soon it is turned away says nothing about how long a call takes.
    if (outcome.kind !== 'refused') {
      const { plain } = this.#labelsOf(model);
      this.#measure('anthropic_request_latency_seconds', plain, durationMs, record);
    }
    for (const { queuedMs } of attempts) this.#measure('anthropic_queue_wait_seconds', this.#own, queuedMs);
    const last = attempts.at(-1);
    if (last === undefined) return;
    this.#measure('anthropic_overhead_seconds', this.#own, overheadMs(record, last));
    if (record.timeToFirstEventMs !== null) this.#stream(record, record.timeToFirstEventMs, last);
  }

  /** How long a call waited for a store. */
  readonly storeWaited = (ms: number): void => this.#measure('anthropic_store_latency_seconds', this.#own, ms);

  #stream(record: CallRecord, firstEventMs: number, last: AttemptRecord): void {
    const { model, outcome, usage } = record;
    const { own } = this.#labelsOf(model);
    this.#measure('anthropic_time_to_first_token_seconds', own, firstEventMs, record);
    const generatedMs = endMs(last) - firstEventMs;
    if (outcome.kind !== 'succeeded' || usage === null || generatedMs <= 0) return;
    const speed = this.metrics.histogram('anthropic_output_tokens_per_second');
    speed.observe(own, (usage.outputTokens * 1_000) / generatedMs);
  }

  #measure(name: HistogramName, labels: Labels, ms: number, record: CallRecord | null = null): void {
    const histogram = this.metrics.histogram(name);
    const seconds = ms / 1_000;
    if (hasExemplars(histogram)) {
      histogram.observe({ labels, value: seconds, exemplarLabels: exemplarOf(record) });
    } else {
      histogram.observe(labels, seconds);
    }
  }

  #labelsOf(model: string | null): LabelsOfModel {
    const label = this.labels.models.of(model);
    let labels = this.#labelsOfModel.get(label);
    if (labels === undefined) {
      labels = { plain: Object.freeze({ model: label }), own: Object.freeze({ ...this.#own, model: label }) };
      this.#labelsOfModel.set(label, labels);
    }
    return labels;
  }
}

/** What the call spent outside of its attempts, but for waits: those for limits, and all that lies between two attempts. */
function overheadMs({ attempts, durationMs }: CallRecord, last: AttemptRecord): number {
  const first = attempts[0] ?? last;
  return Math.max(0, first.startedAfterMs - first.queuedMs) + Math.max(0, durationMs - endMs(last));
}

function endMs({ startedAfterMs, durationMs }: AttemptRecord): number {
  return startedAfterMs + durationMs;
}

/** A histogram that was made for exemplars is told of each value in another way. */
function hasExemplars(histogram: Histogram): boolean {
  return (histogram as Histogram & { readonly enableExemplars?: boolean }).enableExemplars === true;
}

/** Only a trace that is kept somewhere is worth following. */
function exemplarOf(record: CallRecord | null): Record<string, string> {
  if (record === null || record.traceId === null || record.spanId === null || !record.traceSampled) return {};
  return { trace_id: record.traceId, span_id: record.spanId };
}
