import type { Stage } from '../call/stage.js';
import type { EndpointPool } from './endpoint-pool.js';
import { MovesElsewhere } from './moves-elsewhere.js';
import type { PoolEndpoint } from './pool-endpoint.js';

/**
 * Says where the attempt goes. Limits and circuits belong to an endpoint, so it must be known before they are asked. A call
 * that waits for limits may be sent elsewhere meanwhile: as no attempt was made, nothing is repeated.
 *
 * @throws NoEndpointError before anything is held or sent.
 */
export function routeStage(pool: EndpointPool): Stage {
  return pool.endpoints.length === 1 ? toTheOnly(pool) : toOneOfMany(pool);
}

/** Nothing to choose and nowhere to move: no promise is made for it. */
function toTheOnly(pool: EndpointPool): Stage {
  return (call, next) => {
    try {
      call.endpoint = pool.pick(call);
    } catch (refusal) {
      return Promise.reject(refusal);
    }
    return next(call);
  };
}

function toOneOfMany(pool: EndpointPool): Stage {
  return async (call, next) => {
    let movesTo: PoolEndpoint | null = null;
    for (;;) {
      call.endpoint = movesTo === null || movesTo.isDrained ? pool.pick(call) : movesTo;
      try {
        return await next(call);
      } catch (error) {
        if (!(error instanceof MovesElsewhere)) throw error;
        movesTo = error.to;
      }
    }
  };
}
