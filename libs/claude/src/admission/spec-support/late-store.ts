import type { AcquireOptions, AdmissionStore, Denial, Lease, Observation, Replay } from '../admission-store.js';
import type { Claims, Meter, Standing } from '../meter.js';

/** A store whose every answer comes later, as that of one in another process does. */
export class LateStore implements AdmissionStore {
  /** Answers that are on their way. */
  pending = 0;
  /** Made to fail while set. */
  failure: Error | null = null;
  /** Keeps answers back while set, until it resolves; what was asked is done by then. */
  held: Promise<void> | null = null;

  constructor(private readonly store: AdmissionStore) {}

  acquire(claims: Claims, options: AcquireOptions): Promise<Lease | Denial> {
    return this.#later(() => this.store.acquire(claims, options));
  }

  settle(lease: Lease, used: readonly (number | null)[]): Promise<void> {
    return this.#later(() => this.store.settle(lease, used));
  }

  renew(leases: Iterable<Lease>, leaseMs: number): Promise<void> {
    return this.#later(() => this.store.renew(leases, leaseMs));
  }

  observe(observations: readonly Observation[], since?: Lease): Promise<void> {
    return this.#later(() => this.store.observe(observations, since));
  }

  standing(meters: readonly Meter[]): Promise<readonly Standing[]> {
    return this.#later(() => this.store.standing(meters));
  }

  keep(key: string, note: string, forMs: number): Promise<void> {
    return this.#later(() => this.store.keep(key, note, forMs));
  }

  take(key: string): Promise<string | null> {
    return this.#later(() => this.store.take(key));
  }

  replay(replays: readonly Replay[]): Promise<void> {
    return this.#later(() => this.store.replay?.(replays));
  }

  async #later<T>(work: () => T | PromiseLike<T>): Promise<T> {
    this.pending += 1;
    try {
      await Promise.resolve();
      if (this.failure !== null) throw this.failure;
      const result = await work();
      await (this.held ?? Promise.resolve());
      return result;
    } finally {
      this.pending -= 1;
    }
  }
}
