import { Inject, Injectable } from '@nestjs/common';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { InvalidOptionsError } from '../errors/errors.js';
import type { EndpointObstacle } from './endpoint-pool.js';
import type { PoolEndpoint } from './pool-endpoint.js';

/** How an endpoint stands. */
export interface EndpointSnapshot {
  readonly name: string;
  readonly limitDomain: string;
  readonly cacheDomain: string;
  readonly weight: number;
  /** Attempts under way there. */
  readonly inFlight: number;
  /** Attempts that were sent there since the start. */
  readonly attempts: number;
  /** What keeps calls away from it; `null` when nothing does. */
  readonly obstacle: EndpointObstacle | null;
  /** Milliseconds until its key is tried again; 0 when it is in use. */
  readonly keyOutForMs: number;
}

/** The endpoints of this module instance, and a hand on each. */
@Injectable()
export class EndpointPoolService {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'endpoints';

  readonly #runtime: ClaudeRuntime;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    this.#runtime = runtime as ClaudeRuntime;
  }

  /**
   * How all endpoints stand, in the order of the configuration.
   *
   * @param model Which model is asked about. Default: circuits of endpoints as a whole are looked at, none of a model.
   */
  snapshot(model: string | null = null): readonly EndpointSnapshot[] {
    const { pool } = this.#runtime;
    return pool.endpoints.map((endpoint) => {
      const { name, limitDomain, cacheDomain, weight, inFlight, attempts } = endpoint;
      const obstacle = pool.obstacle(endpoint, model);
      return {
        name,
        limitDomain,
        cacheDomain,
        weight,
        inFlight,
        attempts,
        obstacle,
        keyOutForMs: endpoint.keyOutForMs,
      };
    });
  }

  /**
   * Sends no further calls to an endpoint, until `restore()`. Those under way there finish; those that wait for its limits go
   * elsewhere. A call that may go nowhere else, as it is the only one or the one that the call names, is refused with a
   * `NoEndpointError`.
   *
   * @throws InvalidOptionsError for a name that no endpoint has.
   */
  drain(name: string): void {
    this.#runtime.pool.drain(this.#endpoint(name));
  }

  /**
   * Sends calls to an endpoint again, and forgets that its key was turned away.
   *
   * @throws InvalidOptionsError for a name that no endpoint has.
   */
  restore(name: string): void {
    this.#endpoint(name).restore();
  }

  #endpoint(name: string): PoolEndpoint {
    const { endpoints } = this.#runtime.pool;
    const found = endpoints.find((each) => each.name === name);
    if (found !== undefined) return found;
    const known = endpoints.map((each) => `'${each.name}'`).join(', ');
    throw new InvalidOptionsError(`No endpoint has the name that was given. There are ${known}.`);
  }
}
