import { Registry, register } from 'prom-client';
import { z } from 'zod';
import { accepted } from '../config/validate-options.js';
import { isText, must } from '../config/schema/checks.js';
import { schemaProblems } from '../config/schema-problems.js';
import { METRICS, type HistogramName } from './catalogue/catalogue.js';
import type { AnyRegistry, ClaudeMetricsOptions } from './metrics.options.js';

/** The options with every default filled in. Frozen. */
export interface MetricsSettings {
  readonly registry: AnyRegistry;
  readonly prefix: string;
  /** Upper bounds of every histogram. */
  readonly buckets: ReadonlyMap<HistogramName, readonly number[]>;
  readonly models: readonly string[];
  readonly circuits: readonly string[];
}

const MAX_BUCKETS = 50;

const HISTOGRAMS = (Object.keys(METRICS) as (keyof typeof METRICS)[]).filter(
  (name): name is HistogramName => METRICS[name].kind === 'histogram',
);

const bounds = must<readonly number[]>(`an ascending list of 1 to ${MAX_BUCKETS} numbers above 0`, isBounds);

const names = must<readonly string[]>(
  'a list of non-empty strings',
  (value) => Array.isArray(value) && value.every(isText),
);

const SCHEMA = z
  .strictObject({
    registry: must<AnyRegistry>('a Registry of prom-client', isRegistry),
    prefix: must<string>(
      'letters, digits and `_`, with no digit first, e.g. shop_',
      (value) => typeof value === 'string' && /^(?:[a-zA-Z_][a-zA-Z0-9_]*)?$/.test(value),
    ),
    buckets: z.strictObject(Object.fromEntries(HISTOGRAMS.map((name) => [name, bounds]))).partial(),
    models: names,
    circuits: names,
  })
  .partial();

/** @throws InvalidOptionsError naming everything that cannot be accepted. */
export function metricsSettings(raw: unknown): MetricsSettings {
  const given = raw ?? {};
  const what = 'options of ClaudeMetricsModule';
  const options = accepted<ClaudeMetricsOptions>(given, what, schemaProblems(SCHEMA, given), () => []);
  return Object.freeze({
    registry: options.registry ?? register,
    prefix: options.prefix ?? '',
    buckets: new Map(HISTOGRAMS.map((name) => [name, options.buckets?.[name] ?? METRICS[name].buckets])),
    models: options.models ?? [],
    circuits: options.circuits ?? [],
  });
}

/** By what it does: an application may have a copy of prom-client of its own. */
function isRegistry(value: unknown): boolean {
  if (value instanceof Registry) return true;
  if (typeof value !== 'object' || value === null) return false;
  return ['registerMetric', 'getSingleMetric', 'metrics'].every(
    (method) => typeof (value as Record<string, unknown>)[method] === 'function',
  );
}

function isBounds(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_BUCKETS) return false;
  return value.every(
    (bound: unknown, index) =>
      typeof bound === 'number' && Number.isFinite(bound) && bound > ((value[index - 1] as number | undefined) ?? 0),
  );
}
