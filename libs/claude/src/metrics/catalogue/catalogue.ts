import { CALL_METRICS } from './call-metrics.js';
import { STATE_METRICS } from './state-metrics.js';

/** Every metric there is, by its name without prefix. */
export const METRICS = Object.freeze({ ...CALL_METRICS, ...STATE_METRICS });

type Catalogue = typeof METRICS;

/** Name of a metric, without prefix. */
export type MetricName = keyof Catalogue;

/** The names of one kind. */
type NameOf<Kind extends string> = {
  [Name in MetricName]: Catalogue[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

export type CounterName = NameOf<'counter'>;
export type GaugeName = NameOf<'gauge'>;
export type HistogramName = NameOf<'histogram'>;
