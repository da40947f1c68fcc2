import { CircuitRegistry } from '../../circuit/circuit.registry.js';
import { CIRCUIT_DEFAULTS, type CircuitSettings } from '../../circuit/circuit.options.js';
import { KEY_CACHE_DEFAULTS } from '../../keys/key-cache.options.js';
import type { Random } from '../../call/clock.js';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import { EndpointPool } from '../endpoint-pool.js';
import { NO_LIMIT_VIEW, type LimitView } from '../limit-view.js';
import { resolveEndpoints, type Endpoints } from '../resolve-endpoints.js';
import { ROUTING_DEFAULTS, type EndpointOptions, type RoutingSettings } from '../routing.options.js';

/** What a test says of the pool it wants. */
export interface TestPoolOptions {
  readonly endpoints: readonly Omit<EndpointOptions, 'key' | 'client'>[];
  readonly routing?: Partial<RoutingSettings>;
  readonly circuit?: Partial<CircuitSettings>;
  readonly limits?: LimitView;
  readonly random?: Random;
}

/** A pool of endpoints with a key each and circuits, on a clock that a test moves. */
export class TestPool {
  readonly clock = new ManualClock();
  readonly circuits: CircuitRegistry;
  readonly pool: EndpointPool;

  constructor({ endpoints, routing, circuit, limits = NO_LIMIT_VIEW, random = () => 0.5 }: TestPoolOptions) {
    const { clock } = this;
    this.circuits = new CircuitRegistry({ ...CIRCUIT_DEFAULTS, ...circuit }, clock, random);
    this.pool = new EndpointPool({
      endpoints: withKeys(endpoints),
      routing: { ...ROUTING_DEFAULTS, ...routing },
      baseURL: 'http://127.0.0.1',
      keys: {
        cache: KEY_CACHE_DEFAULTS,
        clock,
        onKey: () => undefined,
        onSecret: () => undefined,
        onEvent: () => undefined,
      },
      circuits: this.circuits,
      limits,
      clock,
      random,
    });
  }
}

function withKeys(endpoints: TestPoolOptions['endpoints']): Endpoints {
  return resolveEndpoints(
    endpoints.map((each) => ({ ...each, key: 'given' })),
    (_, path) => ({ value: () => `sk-ant-test-${path}` }),
  );
}
