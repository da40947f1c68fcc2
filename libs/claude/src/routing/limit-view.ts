import type { Call } from '../call/call.js';
import { speedOf } from '../call/request-traits.js';
import type { LimitedOperation, RateLimiter } from '../rate-limit/rate-limiter.js';
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
  /** Whether so many more calls may be under way there. */
  hasPlaces(endpoint: PoolEndpoint, count: number): boolean;
  /** Whether the limits there have so much left for such calls, an amount for each limit, and nobody waits for it. */
  hasRoomFor(endpoint: PoolEndpoint, call: Call, amounts: readonly number[]): boolean;
}

/** Where nothing is limited. */
export const NO_LIMIT_VIEW: LimitView = Object.freeze({
  headroom: () => 1,
  waitMs: () => 0,
  hasPlaces: () => true,
  hasRoomFor: () => true,
});

/** What the limiter of this module knows. */
export function limitViewOf(limiter: RateLimiter): LimitView {
  const placesTaken = (endpoint: PoolEndpoint): number => {
    const places = limiter.places(endpoint);
    return places === null ? 0 : places.inFlight / places.limit;
  };
  return {
    headroom(endpoint, call, differs) {
      const free = Math.max(0, 1 - placesTaken(endpoint));
      return free > 0 && differs
        ? Math.min(free, limiter.outlook(endpoint.limitDomain, operationOf(call)).headroom)
        : free;
    },
    // Of two with the same wait the one that is less crowded.
    waitMs: (endpoint, call) => limiter.outlook(endpoint.limitDomain, operationOf(call)).waitMs + placesTaken(endpoint),
    hasPlaces(endpoint, count) {
      const places = limiter.places(endpoint);
      return places === null || places.limit - places.inFlight >= count;
    },
    hasRoomFor: ({ limitDomain }, call, amounts) => limiter.hasRoomFor(limitDomain, operationOf(call), amounts),
  };
}

function operationOf({ operation, effectiveModel: model, params }: Call): LimitedOperation {
  return { group: operation.limit, model, isFast: speedOf(params) === 'fast' };
}
