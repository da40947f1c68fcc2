import type { RateMeter, SlotMeter } from '../admission/meter.js';
import type { RateLimitGroup } from '../call/operations/operation.js';
import type { ResolvedLimit, ResolvedLimits } from './rate-limit.options.js';
import { mergeLimits, type Dimension, type LimitWindow } from './resolve-rate-limits.js';

/** The meters of a limit domain's model class: what its calls share. */
export type PoolMeters = Readonly<Record<Dimension, RateMeter>>;

/** A group of operations with a limit that has nothing to do with models. */
export type OtherGroup = Exclude<RateLimitGroup, 'model_group' | 'none'>;

interface Kind extends Pick<RateMeter, 'minBurst' | 'counted'> {
  readonly key: string;
  readonly label: string;
}

/**
 * The API estimates input when a request begins and counts output as it is generated ("Rate limits" in the Anthropic API
 * docs). A single request can be made however low its limit is.
 */
const KINDS: Readonly<Record<Dimension, Kind>> = {
  requests: { key: 'requests', label: 'requests', minBurst: 1, counted: 'at-start' },
  inputTokens: { key: 'input-tokens', label: 'input tokens', minBurst: 0, counted: 'at-start' },
  outputTokens: { key: 'output-tokens', label: 'output tokens', minBurst: 0, counted: 'as-used' },
  tokens: { key: 'tokens', label: 'tokens', minBurst: 0, counted: 'at-start' },
};

/** The meters of a model class. */
export function poolMeters(
  domain: string,
  modelClass: string,
  limits: ResolvedLimits,
  refillShare: number,
): PoolMeters {
  const meter = (dimension: Dimension): RateMeter =>
    Object.freeze({
      ...rateMeter(dimension, limits[dimension], refillShare),
      key: `${domain}/${modelClass}/${KINDS[dimension].key}`,
      label: `${KINDS[dimension].label} per minute of ${modelClass}${inDomain(domain)}`,
    });
  return Object.freeze({
    requests: meter('requests'),
    inputTokens: meter('inputTokens'),
    outputTokens: meter('outputTokens'),
    tokens: meter('tokens'),
  });
}

/** The meter of a group of operations other than messages: it counts requests, and limits them once the API names a limit. */
export function groupMeters(domain: string, group: OtherGroup, window: LimitWindow): Pick<PoolMeters, 'requests'> {
  const limit = { ...mergeLimits({}, window).requests, perMinute: Infinity };
  const requests = Object.freeze({
    ...rateMeter('requests', limit, window.refillShare),
    // No model class has such a key, whatever its name.
    key: `${domain}/${group}-requests`,
    label: `requests per minute of ${group}${inDomain(domain)}`,
  });
  return Object.freeze({ requests });
}

/** The calls that are under way in a limit domain. */
export function domainSlots(domain: string, maxConcurrent: number): SlotMeter {
  return Object.freeze({
    kind: 'slots',
    key: `${domain}/slots`,
    label: `calls at the same time${inDomain(domain)}`,
    limit: maxConcurrent,
  });
}

function rateMeter(
  dimension: Dimension,
  { perMinute, burstShare, isGuess }: ResolvedLimit,
  refillShare: number,
): Omit<RateMeter, 'key' | 'label'> {
  const { minBurst, counted } = KINDS[dimension];
  return { kind: 'rate', limit: perMinute, isGuess, refillShare, burstShare, minBurst, counted };
}

/** The domain that everything is in unless somebody makes others goes without a name. */
function inDomain(domain: string): string {
  return domain === 'default' ? '' : ` in ${domain}`;
}
