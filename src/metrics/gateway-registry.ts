import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of its own, with what prom-client tells of the process: two gateways in one process share nothing. */
export function gatewayRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
