// First, so that importing undici leaves the platform's fetch with its own agent.
import './platform.js';
import { Dispatcher, type Pool } from 'undici';

/**
 * One pool per origin, for good. undici's `Agent` closes the pool of an origin when it counts no open connection, and
 * counts those of the closed pool against the next: after one aborted request it can reconnect for every request.
 */
export class OriginPools {
  readonly #pools = new Map<string, Pool>();
  readonly #create: (origin: string) => Pool;

  constructor(create: (origin: string) => Pool) {
    this.#create = create;
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const origin = String(options.origin);
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = this.#create(origin);
      this.#pools.set(origin, pool);
    }
    return pool.dispatch(options, handler);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }
}

/** A pool for an `Agent` which must not count its connections. */
export class UncountedPool extends Dispatcher {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    super();
    this.#pool = pool;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.#pool.dispatch(options, handler);
  }

  override close(): Promise<void> {
    return this.#pool.close();
  }

  override destroy(error?: unknown): Promise<void> {
    return this.#pool.destroy(error instanceof Error ? error : null);
  }
}
