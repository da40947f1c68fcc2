import type { Clock } from '../../call/clock.js';
import type { AdmissionStore, Lease, Replay } from '../admission-store.js';
import type { BudgetMeter, Claims } from '../meter.js';
import { spentOf } from '../spent-of.js';
import { mergeUsed, type Used } from '../stand-in-lease.js';
import { within } from '../within.js';

/** Leases, and names of budgets, may be many, so there is an end to what is remembered. */
const MAX_ENTRIES = 10_000;

/** How many entries the store is told at once, and how long it may take for them, in milliseconds. */
const LOT = 100;
const LOT_WITHIN_MS = 5_000;

/** Something that was spent of one budget, or claimed in vain, and when last. */
interface Entry {
  readonly id: string;
  readonly claims: Claims;
  used: readonly number[];
  atMs: number;
}

/**
 * What a store has to be told when it answers again: leases of its own that were settled meanwhile, and what was spent of
 * budgets that it was not asked about. Each entry has an id, and stays until the store has said that it knows of it: told
 * twice it counts once.
 */
export class OutageJournal {
  /** Entries that found no room. */
  dropped = 0;
  readonly #settlements = new Map<Lease, Used>();
  /** By budget, as long as the store was told nothing of it. */
  readonly #spent = new Map<string, Entry>();
  readonly #replays = new Map<string, Entry>();
  #isTelling = false;
  #isFull = false;

  constructor(
    private readonly clock: Clock,
    private readonly newId: () => string,
    private readonly whenFull: () => void,
  ) {}

  get size(): number {
    return this.#settlements.size + this.#spent.size + this.#replays.size;
  }

  /** A lease of the store's was settled. */
  settled(lease: Lease, used: Used): void {
    const known = this.#settlements.get(lease);
    if (known !== undefined) this.#settlements.set(lease, mergeUsed(known, used));
    else if (this.#hasRoom()) this.#settlements.set(lease, used);
  }

  /** Budgets were spent from that the store was not asked about. */
  spent({ meters }: Claims, used: readonly number[]): void {
    for (const [index, meter] of meters.entries()) {
      const amount = used[index] ?? 0;
      if (meter.kind === 'budget' && amount > 0) this.#spend(meter, amount);
    }
  }

  /** Claims were settled that the store was asked for by this id: nobody knows whether it granted them. */
  unheard(id: string, claims: Claims, used: readonly number[]): void {
    if (this.#hasRoom()) this.#replays.set(id, { id, claims, used, atMs: this.clock.now() });
  }

  /**
   * Tells a store all of it, in lots. What it fails at is kept for the next time.
   *
   * @returns How many entries it was told; 0 while it is being told.
   */
  async tell(store: AdmissionStore): Promise<number> {
    if (this.#isTelling) return 0;
    this.#isTelling = true;
    let told = 0;
    try {
      for (let lot = await this.#tellLot(store); lot > 0; lot = await this.#tellLot(store)) told += lot;
    } catch {
      // It is away again.
    } finally {
      this.#isTelling = false;
      this.#isFull &&= this.size >= MAX_ENTRIES;
    }
    return told;
  }

  async #tellLot(store: AdmissionStore): Promise<number> {
    const settlements = [...this.#settlements].slice(0, LOT);
    await this.#inTime(Promise.all(settlements.map(async ([lease, used]) => store.settle(lease, used))));
    for (const [lease, used] of settlements) if (this.#settlements.get(lease) === used) this.#settlements.delete(lease);
    return settlements.length + (await this.#tellSpent(store));
  }

  async #tellSpent(store: AdmissionStore): Promise<number> {
    // Once told, an entry may have been counted: what is spent from now on is another one.
    for (const [key, entry] of [...this.#spent].slice(0, LOT)) {
      this.#spent.delete(key);
      this.#replays.set(entry.id, entry);
    }
    const lot = [...this.#replays.values()].slice(0, LOT);
    if (lot.length === 0) return 0;
    const nowMs = this.clock.now();
    const entries = lot.map(({ id, claims, used, atMs }): Replay => ({ id, claims, used, agoMs: nowMs - atMs }));
    // Nobody can know whether it took note of what it then fails at.
    if (store.replay === undefined) for (const { id } of lot) this.#replays.delete(id);
    await this.#inTime(store.replay === undefined ? store.observe(entries.flatMap(spentOf)) : store.replay(entries));
    for (const { id } of lot) this.#replays.delete(id);
    return lot.length;
  }

  #inTime(told: PromiseLike<unknown> | void): Promise<unknown> {
    return within(told, LOT_WITHIN_MS, this.clock);
  }

  #spend(meter: BudgetMeter, amount: number): void {
    const entry = this.#spent.get(meter.key);
    if (entry !== undefined) {
      entry.used = [(entry.used[0] ?? 0) + amount];
      entry.atMs = this.clock.now();
    } else if (this.#hasRoom()) {
      const claims = { meters: [meter], amounts: [0] };
      this.#spent.set(meter.key, { id: this.newId(), claims, used: [amount], atMs: this.clock.now() });
    }
  }

  #hasRoom(): boolean {
    if (this.size < MAX_ENTRIES) return true;
    this.dropped += 1;
    if (!this.#isFull) this.whenFull();
    this.#isFull = true;
    return false;
  }
}
