import { kindOf, type CallPriority } from '../call/context.js';
import { InvalidOptionsError } from '../errors/errors.js';

/** Whose limits are meant. */
export interface LimitTarget {
  /** A model, or a model class such as `opus-4`. */
  readonly model: string;
  /** The limit domain. Default `default`. */
  readonly domain?: string;
}

/** What work of one's own asks of the limits. */
export interface LimitRequest extends LimitTarget {
  /** Default 1. */
  readonly requests?: number;
  /** Uncached input and cache writes it is thought to use. Default 0. */
  readonly inputTokens?: number;
  /** Output it is thought to use. Default 0. */
  readonly outputTokens?: number;
  /** Default `normal`. */
  readonly priority?: CallPriority;
  /** Whose turn it takes, where `queue.fairBy` lets tenants take turns. */
  readonly tenant?: string;
  /** Milliseconds it may wait. Default: `queue.maxWaitMs`. */
  readonly maxWaitMs?: number;
  /** Ends the wait; what it is aborted with is what `acquire` rejects with. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which it counts as used in full, if nobody has settled it. Default 600,000. */
  readonly leaseMs?: number;
}

/** What work of one's own has used. What is left out was used as claimed. */
export interface UsedLimits {
  readonly requests?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

const AMOUNTS = ['requests', 'inputTokens', 'outputTokens', 'maxWaitMs'] as const;

/**
 * Refuses what is no request, before anything has changed.
 *
 * @throws InvalidOptionsError naming the field, the kind of what was given and what it must be.
 */
export function checkLimitRequest(request: LimitRequest, method: string): LimitRequest {
  if (typeof request !== 'object' || request === null) {
    throw new InvalidOptionsError(`${method}() takes an object with a \`model\`, not ${kindOf(request)}.`);
  }
  checkTarget(request, method);
  for (const name of AMOUNTS) checkAmount(request[name], name, method);
  const { leaseMs = 1 } = request;
  if (!(leaseMs > 0 && Number.isFinite(leaseMs))) {
    throw new InvalidOptionsError(
      `\`leaseMs\` of ${method}() must be a number of milliseconds above 0, not ${kindOf(leaseMs)}: set it to how long the work may take.`,
    );
  }
  return request;
}

/** @throws InvalidOptionsError for amounts that are no numbers of at least 0. */
export function checkUsedLimits(used: UsedLimits, method: string): UsedLimits {
  for (const name of ['requests', 'inputTokens', 'outputTokens'] as const) checkAmount(used[name], name, method);
  return used;
}

/** @throws InvalidOptionsError when it names no model. */
export function checkTarget({ model, domain = 'default' }: LimitTarget, method: string): void {
  for (const [name, value] of Object.entries({ model, domain })) {
    if (typeof value === 'string' && value !== '') continue;
    throw new InvalidOptionsError(`\`${name}\` of ${method}() must be a non-empty string, not ${kindOf(value)}.`);
  }
}

function checkAmount(value: number | undefined, name: string, method: string): void {
  if (value === undefined || (typeof value === 'number' && value >= 0 && Number.isFinite(value))) return;
  throw new InvalidOptionsError(
    `\`${name}\` of ${method}() must be a number of at least 0, not ${kindOf(value)}: leave it out for its default.`,
  );
}
