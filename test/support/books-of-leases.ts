import type { AdmissionStore, Lease, Meter, Observation } from 'nestjs-claude';

type Parameter<K extends 'acquire' | 'settle' | 'renew' | 'observe' | 'standing' | 'keep' | 'take'> = Parameters<
  AdmissionStore[K]
>;

/** A store that keeps books of what it is asked to do with the leases of calls that have a budget, and does it. */
export class BookkeepingStore implements AdmissionStore {
  readonly #settlements = new Map<Lease, number[]>();

  constructor(private readonly store: AdmissionStore) {}

  /** How often each claim of a kind was settled that was granted. */
  settlementsOf(wanted: Meter['kind']): readonly number[] {
    return [...this.#settlements].flatMap(([{ claims }, counts]) =>
      counts.filter((_, claim) => claims.meters[claim]?.kind === wanted),
    );
  }

  /** Begins anew. */
  clear(): void {
    this.#settlements.clear();
  }

  async acquire(...[claims, options]: Parameter<'acquire'>): Promise<Awaited<ReturnType<AdmissionStore['acquire']>>> {
    const answer = await this.store.acquire(claims, options);
    // What is claimed of no budget is claimed for no call: the process itself, among those that share the store.
    if (answer.granted && claims.meters.some(({ kind }) => kind === 'budget')) {
      const counts = claims.meters.map(() => 0);
      this.#settlements.set(answer, counts);
    }
    return answer;
  }

  async settle(lease: Lease, used: readonly (number | null)[]): Promise<void> {
    const counts = this.#settlements.get(lease);
    for (const [claim, amount] of used.entries()) {
      if (counts !== undefined && amount !== null) counts[claim] = (counts[claim] ?? NaN) + 1;
    }
    await this.store.settle(lease, used);
  }

  async renew(...[leases, leaseMs]: Parameter<'renew'>): Promise<void> {
    await this.store.renew(leases, leaseMs);
  }

  async observe(observations: readonly Observation[], since?: Lease): Promise<void> {
    await this.store.observe(observations, since);
  }

  async standing(meters: readonly Meter[]): Promise<Awaited<ReturnType<AdmissionStore['standing']>>> {
    return this.store.standing(meters);
  }

  async keep(...[key, note, forMs]: Parameter<'keep'>): Promise<void> {
    await this.store.keep(key, note, forMs);
  }

  async take(key: string): Promise<string | null> {
    return this.store.take(key);
  }
}
