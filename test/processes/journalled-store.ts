import { appendFileSync } from 'node:fs';
import type { AcquireOptions, AdmissionStore, Claims, Denial, Lease, Observation, Standing } from 'nestjs-claude';

/**
 * A store whose leases are short, and which writes down what it is about to do with the money of each, and what was done, so
 * that somebody else can tell once its process is no more. A line that was written outlives the process.
 */
export class JournalledStore implements AdmissionStore {
  readonly #numbers = new WeakMap<Lease, number>();
  #last = 0;

  /**
   * @param leaseMs How long a lease lasts, whatever is asked for. Nothing may take longer: they are not renewed in time.
   * @param journal The file.
   */
  constructor(
    private readonly store: AdmissionStore,
    private readonly leaseMs: number,
    private readonly journal: string,
  ) {}

  async acquire(claims: Claims, options: AcquireOptions): Promise<Lease | Denial> {
    const number = (this.#last += 1);
    const at = claims.meters.findIndex(({ kind }) => kind === 'budget');
    if (at !== -1) this.#note('asked', number, claims.amounts[at] ?? 0);
    const decision = await this.store.acquire(claims, { ...options, leaseMs: this.leaseMs });
    if (at !== -1) this.#note(decision.granted ? 'granted' : 'denied', number, claims.amounts[at] ?? 0);
    if (decision.granted) this.#numbers.set(decision, number);
    return decision;
  }

  async settle(lease: Lease, used: readonly (number | null)[]): Promise<void> {
    const at = lease.claims.meters.findIndex(({ kind }) => kind === 'budget');
    const amount = at === -1 ? null : (used[at] ?? null);
    const number = this.#numbers.get(lease) ?? 0;
    if (amount !== null) this.#note('settling', number, amount);
    await this.store.settle(lease, used);
    if (amount !== null) this.#note('settled', number, amount);
  }

  async renew(leases: Iterable<Lease>): Promise<void> {
    await this.store.renew(leases, this.leaseMs);
  }

  async observe(observations: readonly Observation[], since?: Lease): Promise<void> {
    await this.store.observe(observations, since);
  }

  async standing(meters: Parameters<AdmissionStore['standing']>[0]): Promise<readonly Standing[]> {
    return this.store.standing(meters);
  }

  async keep(key: string, note: string, forMs: number): Promise<void> {
    await this.store.keep(key, note, forMs);
  }

  async take(key: string): Promise<string | null> {
    return this.store.take(key);
  }

  #note(what: Happening, number: number, nanoUsd: number): void {
    appendFileSync(this.journal, `${what} ${number} ${nanoUsd}\n`);
  }
}

type Happening = 'asked' | 'granted' | 'denied' | 'settling' | 'settled';

/** What a journal says became of the money of leases, in nano-dollars. */
export interface Money {
  /** What they were settled with. */
  readonly settled: number;
  /** What was held of each that was granted and never settled, by name. It must have lapsed. */
  readonly lapsed: ReadonlyMap<string, number>;
  /** What may have happened to each whose process was killed in the middle of asking or settling: it counts as one of these. */
  readonly unknown: readonly (readonly number[])[];
}

/** @param name Of the process. */
export function readJournal(name: string, text: string): Money {
  const leases = new Map<string, Partial<Record<Happening, number>>>();
  for (const line of text.split('\n').slice(0, -1)) {
    const [what, number = '', nanoUsd] = line.split(' ') as [Happening, string?, string?];
    leases.set(number, { ...leases.get(number), [what]: Number(nanoUsd) });
  }
  let settled = 0;
  const lapsed = new Map<string, number>();
  const unknown: number[][] = [];
  for (const [number, { asked = 0, granted, denied, settling, settled: used }] of leases) {
    if (used !== undefined) settled += used;
    else if (settling !== undefined) unknown.push([asked, settling]);
    else if (granted !== undefined) lapsed.set(`${name}/${number}`, granted);
    else if (denied === undefined) unknown.push([asked, 0]);
  }
  return { settled, lapsed, unknown };
}
