export {
  METRICS,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type MetricName,
} from './catalogue/catalogue.js';
export type {
  CounterDefinition,
  GaugeDefinition,
  HistogramDefinition,
  LabelName,
  MetricDefinition,
} from './catalogue/metric-definition.js';
export { ClaudeMetricsModule } from './claude-metrics.module.js';
export type { ClaudeMetricsModuleExtras } from './metrics.module-definition.js';
export type { AnyRegistry, ClaudeMetricsOptions } from './metrics.options.js';
