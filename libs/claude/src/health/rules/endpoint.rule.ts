import type { PoolEndpoint } from '../../routing/pool-endpoint.js';
import type { EndpointHealth } from '../health-report.js';

/** Whether a person has taken endpoints out. What else keeps calls away from them is told by keys and circuits. */
export function endpointHealth(endpoints: readonly PoolEndpoint[]): EndpointHealth {
  const drained = endpoints.filter(({ isDrained }) => isDrained).map(({ name }) => name);
  return { status: drained.length > 0 ? 'degraded' : 'up', total: endpoints.length, drained };
}
