import type { EndpointKeys } from '../../keys/endpoint-keys.js';
import type { PoolEndpoint } from '../../routing/pool-endpoint.js';
import type { KeyHealth } from '../health-report.js';

/** Whether there are keys to call with. */
export function keyHealth(endpoints: readonly PoolEndpoint[]): KeyHealth {
  const unwell: Record<string, KeyHealth['endpoints'][string]> = {};
  const useless: EndpointKeys[] = [];
  for (const { name, key } of endpoints) {
    if (key === null) continue;
    const { state } = key.snapshot();
    if (state === 'live' || state === 'not-loaded') continue;
    unwell[name] = state;
    // A refused key whose rest is over is tried again by the next call, which has to come for that.
    if (state === 'unavailable' || key.restMs > 0) useless.push(key);
  }
  const total = endpoints.length;
  const usable = total - useless.length;
  // Where no call is let in, none looks for another key either.
  if (usable === 0) for (const key of useless) key.recheck();
  const status = usable === 0 ? 'down' : Object.keys(unwell).length > 0 ? 'degraded' : 'up';
  return { status, usable, total, endpoints: unwell };
}
