import type { AdaptiveConcurrency } from './adaptive-concurrency.js';
import { LimitExceededError, RequestExceedsLimitError, type LimitReason } from '../errors/refusals.js';
import { neverGives, type ExpectedWait } from './expected-wait.js';
import type { Denial } from './admission-store.js';
import type { Claims, ClosedBy, Standing } from './meter.js';

/** A budget has too little left for a request. Whoever asked for it knows whose budget that is. */
export class SpentDenial extends Error {
  override readonly name = 'SpentDenial';

  constructor(readonly denial: Denial) {
    super(`The ${denial.meter.label} has too little left.`);
  }
}

/** Why a request is not let through. */
export type LimitRefusal = LimitExceededError | RequestExceedsLimitError;

const REASON_OF_CLOSED: Readonly<Record<ClosedBy, LimitReason>> = {
  pause: 'paused',
  'retry-after': 'retry-after',
  spend: 'spend',
};

/** The error of a request that would wait too long, or finds too many waiting. */
export function waitRefusal(
  reason: 'wait-too-long' | 'queue-full',
  { waitMs, standing }: ExpectedWait,
  places: AdaptiveConcurrency | null,
): LimitExceededError {
  const retryAfterMs = waitMs > 0 && Number.isFinite(waitMs) ? Math.ceil(waitMs) : undefined;
  if (standing === undefined) {
    const { inFlight: used = 0, limit = 0 } = places ?? {};
    return new LimitExceededError({
      reason,
      scope: 'calls at the same time at the endpoint',
      used,
      limit,
      retryAfterMs,
    });
  }
  const { closedBy, limit, meter } = standing;
  return new LimitExceededError({
    reason: closedBy === null ? reason : REASON_OF_CLOSED[closedBy],
    scope: meter.label,
    used: usedOf(standing),
    limit,
    retryAfterMs,
  });
}

/** The error of a request that no wait would help; `null` for any other. */
export function neverRefusal({ amounts }: Claims, standings: readonly Standing[]): RequestExceedsLimitError | null {
  for (let index = 0; index < standings.length; index += 1) {
    const standing = standings[index] as Standing;
    const requested = amounts[index] ?? 0;
    if (!neverGives(standing, requested)) continue;
    return new RequestExceedsLimitError({ scope: standing.meter.label, requested, limit: standing.burst });
  }
  return null;
}

/** How much of a limit is used up: as much of a minute's worth as is missing from what can be had at once. */
function usedOf({ meter, burst, level, limit, outstanding }: Standing): number {
  if (meter.kind !== 'rate') return meter.kind === 'slots' ? outstanding : limit - level;
  return burst > 0 && Number.isFinite(limit) ? Math.max(0, Math.round(limit * (1 - level / burst))) : 0;
}
