import type { Registry, RegistryContentType } from 'prom-client';
import type { HistogramName } from './catalogue/catalogue.js';

/** A registry of prom-client, whatever it speaks. */
export type AnyRegistry = Registry<RegistryContentType>;

/** Options of `ClaudeMetricsModule`. Every one is optional. */
export interface ClaudeMetricsOptions {
  /**
   * Where the metrics are registered. One that speaks OpenMetrics by then gets exemplars with trace ids. Default:
   * prom-client's own, which `PrometheusModule` of `@willsoto/nestjs-prometheus` serves.
   */
  readonly registry?: AnyRegistry;
  /** Stands before every name, e.g. `shop_`: letters, digits and `_`, no digit first. Default: nothing. */
  readonly prefix?: string;
  /**
   * Upper bounds of histograms in place of their own, by name without prefix: each an ascending list of 1 to 50 numbers
   * above 0.
   */
  readonly buckets?: Readonly<Partial<Record<HistogramName, readonly number[]>>>;
  /**
   * Models that are told apart beside those of the price list and those that the options of `ClaudeModule` name. All
   * others are `other`.
   */
  readonly models?: readonly string[];
  /** Keys of `CircuitBreakerService.execute()` whose circuits are told apart. All others are `own:other`. */
  readonly circuits?: readonly string[];
}
