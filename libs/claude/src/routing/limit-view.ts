import type { Call } from '../call/call.js';
import { speedOf } from '../call/request-traits.js';
import type { PoolOutlook } from '../rate-limit/pool-outlook.js';
import type { RateLimiter } from '../rate-limit/rate-limiter.js';
import type { PoolEndpoint } from './pool-endpoint.js';

/** What routing may know of limits: how much is left at an endpoint, and how long until there is some. */
export interface LimitView {
  /**
   * From 0, where a call would have to wait, to 1.
   *
   * @param differs Whether endpoints have limits of their own, so that it is worth looking.
   */
  headroom(endpoint: PoolEndpoint, call: Call, differs: boolean): number;
  /** Milliseconds a call would have to wait there, as far as is known. */
  waitMs(endpoint: PoolEndpoint, call: Call): number;
}

/** Where nothing is limited. */
export const NO_LIMIT_VIEW: LimitView = Object.freeze({ headroom: () => 1, waitMs: () => 0 });

/** What the limiter of this module knows. */
export function limitViewOf(limiter: RateLimiter): LimitView {
  const outlook = ({ limitDomain }: PoolEndpoint, call: Call): PoolOutlook =>
    limiter.outlook(limitDomain, {
      group: call.operation.limit,
      model: call.effectiveModel,
      isFast: speedOf(call.params) === 'fast',
    });
  const placesTaken = (endpoint: PoolEndpoint): number => {
    const places = limiter.places(endpoint);
    return places === null ? 0 : places.inFlight / places.limit;
  };
  return {
    headroom(endpoint, call, differs) {
      const free = Math.max(0, 1 - placesTaken(endpoint));
      return free > 0 && differs ? Math.min(free, outlook(endpoint, call).headroom) : free;
    },
    // Of two with the same wait the one that is less crowded.
    waitMs: (endpoint, call) => outlook(endpoint, call).waitMs + placesTaken(endpoint),
  };
}
