import type { Clock, Random, Timer } from '../call/clock.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { PoolEndpoint } from './pool-endpoint.js';
import type { ProbeSettings } from './routing.options.js';

/** A circuit closes after several successes, one after the other. More than these are left to calls. */
const MOST_AT_A_TIME = 5;

/** What a prober is made of. */
export interface EndpointProberOptions {
  readonly pool: Pick<EndpointPool, 'endpoints' | 'isDue'>;
  readonly settings: ProbeSettings;
  /** Asks an endpoint for something that costs nothing, through its circuit and with its key, which learn from how it ends. */
  readonly ask: (endpoint: PoolEndpoint, signal: AbortSignal) => PromiseLike<unknown>;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Asks endpoints that are out, as soon as their circuit or key may be tried again, so that no caller has to. One look at a time,
 * spread over replicas; it keeps no process alive.
 */
export class EndpointProber {
  readonly #aborter = new AbortController();
  #timer: Timer | null = null;

  constructor(private readonly options: EndpointProberOptions) {}

  start(): void {
    const { clock, random, settings } = this.options;
    this.#timer = clock.setTimer(() => void this.#look(), settings.intervalMs * (0.8 + 0.4 * random()));
  }

  /** Asks no more; what is under way ends at once. */
  close(): void {
    this.#aborter.abort();
    this.#timer?.cancel();
    this.#timer = null;
  }

  async #look(): Promise<void> {
    await Promise.all(this.options.pool.endpoints.map((endpoint) => this.#probe(endpoint)));
    if (!this.#aborter.signal.aborted) this.start();
  }

  async #probe(endpoint: PoolEndpoint): Promise<void> {
    const { signal } = this.#aborter;
    for (let asked = 0; asked < MOST_AT_A_TIME && this.options.pool.isDue(endpoint); asked += 1) {
      try {
        await this.options.ask(endpoint, signal);
      } catch {
        // Circuit and key have heard of it, and say whether it is asked once more.
      }
      if (signal.aborted) return;
    }
  }
}
