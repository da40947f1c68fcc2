import type { ClaudeRuntime } from '../claude.runtime.js';
import { limitSnapshot, type DimensionSnapshot, type LimitSnapshot } from '../rate-limit/limit-snapshot.js';
import { INSTANCE } from './catalogue/metric-definition.js';
import type { Labels, Sample } from './fed-metric.js';
import type { InstanceLabels } from './instance-labels.js';
import { OTHER } from './model-labels.js';

/** Values of the label `dimension`, by the field of a snapshot. */
export const DIMENSIONS = {
  concurrent: 'concurrent',
  requests: 'requests',
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  tokens: 'tokens',
} as const;

/** One limit, with its labels. */
export type LabelledLimit = readonly [labels: Labels, limit: DimensionSnapshot];

/**
 * How the limits stand that have a name, in one look at the store. Of those that model names of callers have made there may be
 * hundreds, none of which could be told from the others.
 */
export async function readLimits({ limiter, store }: ClaudeRuntime, labels: InstanceLabels): Promise<LabelledLimit[]> {
  const pools = Array.from(limiter.domains)
    .flatMap((domain) => domain.pools)
    .filter(({ name }) => labels.modelClass(name) !== OTHER);
  if (pools.length === 0) return [];
  const standings = await store.standing(pools.flatMap(({ meters }) => meters));
  let next = 0;
  return pools.flatMap((pool) => {
    const from = next;
    next += pool.meters.length;
    return limitsOf(limitSnapshot(pool, standings.slice(from, next)), labels);
  });
}

/** What can be had now. */
export function headroom(limits: readonly LabelledLimit[]): readonly Sample[] {
  return finite(limits.map(([labels, { level }]) => [labels, level]));
}

/** The same as a share. */
export function headroomRatio(limits: readonly LabelledLimit[]): readonly Sample[] {
  return finite(limits.map(([labels, { level, burst }]) => [labels, level / burst]));
}

/** How long until something can be had, where anybody can tell. */
export function limitWaits(limits: readonly LabelledLimit[]): readonly Sample[] {
  return limits.flatMap(([labels, { nextFreeInMs, limit }]) => {
    if (nextFreeInMs === null || (limit === Infinity && nextFreeInMs === 0)) return [];
    return [[labels, nextFreeInMs / 1_000] as const];
  });
}

/** Attempts that wait, those for limits without a name included. */
export function queueLengths({ limiter }: ClaudeRuntime, labels: InstanceLabels): readonly Sample[] {
  return Array.from(limiter.domains).flatMap(({ pools }) =>
    pools.map(({ domain, name, line }) => [poolLabels(domain, name, labels), line.length] as const),
  );
}

function limitsOf(snapshot: LimitSnapshot, labels: InstanceLabels): LabelledLimit[] {
  const common = poolLabels(snapshot.domain, snapshot.modelClass, labels);
  return Object.entries(DIMENSIONS).flatMap(([field, dimension]) => {
    const limit = snapshot[field as keyof typeof DIMENSIONS];
    return limit === null ? [] : [[{ ...common, dimension }, limit] as const];
  });
}

function poolLabels(domain: string, modelClass: string, labels: InstanceLabels): Labels {
  return {
    [INSTANCE]: labels.instance,
    domain: labels.domain(domain),
    model_class: labels.modelClass(modelClass),
  };
}

/** What is not limited has no headroom to speak of. */
function finite(samples: readonly Sample[]): readonly Sample[] {
  return samples.filter(([, value]) => Number.isFinite(value));
}
