/** What a metric is, apart from where it is registered. */
export type MetricDefinition = CounterDefinition | GaugeDefinition | HistogramDefinition;

interface CommonDefinition {
  /** What it tells, as scrapers show it. */
  readonly help: string;
  /** What one of it is: `calls`, `seconds`, `tokens`, ... */
  readonly unit: string;
  /** Names of its labels, in the order documentation gives them. */
  readonly labels: readonly LabelName[];
}

export interface CounterDefinition extends CommonDefinition {
  readonly kind: 'counter';
}

export interface GaugeDefinition extends CommonDefinition {
  readonly kind: 'gauge';
  /** What becomes of several values that have the same labels: those of models that are all `other`, say. */
  readonly fold: 'sum' | 'least' | 'greatest';
}

export interface HistogramDefinition extends CommonDefinition {
  readonly kind: 'histogram';
  /** Upper bounds, ascending; the one above all is not among them. */
  readonly buckets: readonly number[];
  /** Whether it names a trace where the registry speaks OpenMetrics. */
  readonly hasExemplars?: true;
}

/** Every label there is. Each takes its values from a closed set. */
export type LabelName =
  | 'model'
  | 'status'
  | 'type'
  | typeof INSTANCE
  | 'reason'
  | 'endpoint'
  | 'outcome'
  | 'circuit'
  | 'domain'
  | 'model_class'
  | 'dimension'
  | 'budget'
  | 'sink'
  | 'observer'
  | 'kind'
  | 'action';

/** The label that tells instances of `ClaudeModule` apart. Plain `instance` is Prometheus's own, for what it scrapes. */
export const INSTANCE = 'claude_instance';
