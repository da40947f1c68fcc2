import { Counter, Gauge, Histogram, type Metric } from 'prom-client';
import { InvalidOptionsError } from '../errors/errors.js';
import {
  METRICS,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type MetricName,
} from './catalogue/catalogue.js';
import type { MetricDefinition } from './catalogue/metric-definition.js';
import { collectCounter, collectGauge, type Feed, type Feeds } from './fed-metric.js';
import type { MetricsSettings } from './metrics-settings.js';

const OPEN_METRICS = 'application/openmetrics-text';

/** What we know of a metric of ours. A registered symbol: both builds of the package, and a reloaded one, mean the same. */
const OURS = Symbol.for('nestjs-claude:metric');

interface OwnMetric {
  /** What it was made of. One that was made of something else is no use to us. */
  readonly made: string;
  readonly feeds: Feeds;
}

/**
 * The metrics of the catalogue in one registry, each made only where there is none yet: applications that are reloaded, and
 * several modules in one process, share them.
 */
export class RegisteredMetrics {
  /** Whether histograms can name a trace. */
  readonly hasExemplars: boolean;
  readonly #metrics: ReadonlyMap<MetricName, Metric>;

  /** @throws InvalidOptionsError when a name is taken by another metric, or by ours with other buckets. */
  constructor(readonly settings: MetricsSettings) {
    this.hasExemplars = settings.registry.contentType.startsWith(OPEN_METRICS);
    const names = Object.keys(METRICS) as MetricName[];
    this.#metrics = new Map(names.map((name) => [name, this.#obtain(name)]));
  }

  metric(name: MetricName): Metric {
    return this.#metrics.get(name) as Metric;
  }

  histogram(name: HistogramName): Histogram {
    return this.#metrics.get(name) as Histogram;
  }

  /** Lets somebody tell the values of a metric from now on, until the function returned is called. */
  feed(name: CounterName | GaugeName, feed: Feed): () => void {
    const metric = this.metric(name);
    const { feeds } = ownMetric(metric) as OwnMetric;
    feeds.add(feed);
    return () => {
      feeds.delete(feed);
      // What it has counted since it was read last is not lost with it.
      if (METRICS[name].kind === 'counter') void collectCounter(metric as Counter, new Set([feed]));
    };
  }

  #obtain(name: MetricName): Metric {
    const { registry, prefix } = this.settings;
    const fullName = prefix + name;
    const made = JSON.stringify([METRICS[name], this.#bucketsOf(name), this.hasExemplars]);
    const existing: Metric | undefined = registry.getSingleMetric(fullName);
    if (existing === undefined) return this.#make(name, fullName, made);
    if (ownMetric(existing)?.made === made) return existing;
    throw new InvalidOptionsError(
      `A metric \`${fullName}\` is registered already, with other labels, buckets or exemplars: give all ` +
        'ClaudeMetricsModules of a registry the same `buckets`, or this one another `prefix` or `registry`.',
    );
  }

  #make(name: MetricName, fullName: string, made: string): Metric {
    const { registry } = this.settings;
    const definition: MetricDefinition = METRICS[name];
    const { help, labels: labelNames } = definition;
    const feeds: Feeds = new Set();
    const common = { name: fullName, help, labelNames: [...labelNames], registers: [registry] };
    const metric = makeMetric(common, definition, feeds, {
      buckets: this.#bucketsOf(name),
      hasExemplars: this.hasExemplars,
    });
    return Object.assign(metric, { [OURS]: { made, feeds } satisfies OwnMetric });
  }

  #bucketsOf(name: MetricName): readonly number[] {
    return this.settings.buckets.get(name as HistogramName) ?? [];
  }
}

interface CommonConfiguration {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: MetricsSettings['registry'][];
}

function makeMetric(
  common: CommonConfiguration,
  definition: MetricDefinition,
  feeds: Feeds,
  { buckets, hasExemplars }: { readonly buckets: readonly number[]; readonly hasExemplars: boolean },
): Metric {
  if (definition.kind === 'histogram') {
    const enableExemplars = hasExemplars && definition.hasExemplars === true;
    return new Histogram({ ...common, buckets: [...buckets], enableExemplars });
  }
  if (definition.kind === 'counter') {
    const counter: Counter = new Counter({ ...common, collect: () => collectCounter(counter, feeds) });
    return counter;
  }
  const { fold } = definition;
  const gauge: Gauge = new Gauge({ ...common, collect: () => collectGauge(gauge, feeds, fold) });
  return gauge;
}

function ownMetric(metric: Metric): OwnMetric | undefined {
  return (metric as Metric & { readonly [OURS]?: OwnMetric })[OURS];
}
