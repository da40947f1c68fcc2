import type { Stage } from '../call/stage.js';
import type { EndpointPool } from './endpoint-pool.js';

/**
 * Says where the attempt goes. Limits and circuits belong to an endpoint, so it must be known before they are asked.
 *
 * @throws NoEndpointError before anything is held or sent.
 */
export function routeStage(pool: EndpointPool): Stage {
  return async (call, next) => {
    call.endpoint = pool.pick(call);
    const letGo = call.holdAttempts(pool);
    try {
      return await next(call);
    } finally {
      letGo();
    }
  };
}
