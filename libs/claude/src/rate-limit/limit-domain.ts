import type { AdmissionStore, Awaitable } from '../admission/admission-store.js';
import { inTurn } from '../admission/line-turn.js';
import type { ClosedBy, SlotMeter } from '../admission/meter.js';
import type { Clock } from '../call/clock.js';
import { closeMeter, LimitPool, type OwnMeters } from './limit-pool.js';
import { modelClassOf } from './model-class.js';
import { domainSlots, groupMeters, poolMeters, type OtherGroup, type PoolMeters } from './pool-meters.js';
import type { RateLimitSettings, ResolvedLimits } from './rate-limit.options.js';

/** The pool of all who came when there was no room for one of their own. */
const OVERFLOW = '*';

/** The limits of one organization or workspace: a pool for each model class, and what they have in common. */
export class LimitDomain {
  readonly #pools = new Map<string, LimitPool>();
  readonly #groups = new Map<OtherGroup, LimitPool>();
  /** By model id, since telling a model's class takes a while. */
  readonly #poolOfModel = new Map<string, LimitPool>();
  readonly #overrides = new Map<string, ResolvedLimits>();
  readonly #slots: SlotMeter;

  constructor(
    readonly name: string,
    private readonly settings: RateLimitSettings,
    private readonly store: AdmissionStore,
    private readonly clock: Clock,
    /** Model names may come from users, so there is an end to the pools they can make. */
    private readonly maxPools: number,
  ) {
    this.#slots = domainSlots(name, settings.maxConcurrent);
  }

  get pools(): readonly LimitPool[] {
    return [...this.#pools.values(), ...this.#groups.values()];
  }

  poolOfModel(model: string, isFast: boolean): LimitPool {
    const key = isFast ? `${model}:fast` : model;
    const known = this.#poolOfModel.get(key);
    if (known !== undefined) return known;
    const pool = this.pool(this.classOf(model, isFast));
    if (this.#poolOfModel.size >= this.maxPools) this.#poolOfModel.clear();
    this.#poolOfModel.set(key, pool);
    return pool;
  }

  /** The pool of a group of operations other than messages. */
  poolOfGroup(group: OtherGroup): LimitPool {
    const known = this.#groups.get(group);
    if (known !== undefined) return known;
    const pool = this.#make(group, groupMeters(this.name, group, this.settings));
    this.#groups.set(group, pool);
    return pool;
  }

  /** The pool of a model class, or the shared one where there is no room for another. */
  pool(modelClass: string): LimitPool {
    const pool = this.#pools.get(modelClass);
    if (pool !== undefined) return pool;
    if (this.#pools.size < this.maxPools || this.#evict()) return this.#add(modelClass);
    return this.#pools.get(OVERFLOW) ?? this.#add(OVERFLOW);
  }

  classOf(model: string, isFast = false): string {
    return this.settings.classOfModel.get(model) ?? modelClassOf(model, isFast ? 'fast' : 'standard');
  }

  /** Sets the limits of a model class, from now on and for those who wait. */
  setLimits(modelClass: string, limits: ResolvedLimits): void {
    this.#overrides.set(modelClass, limits);
    this.#pools.get(modelClass)?.replaceMeters(this.#metersOf(modelClass));
  }

  /** Lets nobody through for a while, or everybody again. */
  close(forMs: number, by: ClosedBy): Awaitable<void> {
    return closeMeter(this.store, this.#slots, forMs, by);
  }

  /** Something was given back that a pool's line may be waiting for. */
  wake(pool: LimitPool): void {
    // Places are common to all pools.
    if (Number.isFinite(this.#slots.limit)) this.wakeAll();
    else pool.line.wakeSoon();
  }

  /** Without an order among the lines, one that never gets empty would take every place there is. */
  wakeAll(): void {
    for (const line of inTurn(this.pools.map((pool) => pool.line))) line.wake();
  }

  #metersOf(modelClass: string): PoolMeters {
    const { byClass, limits, refillShare } = this.settings;
    const own = this.#overrides.get(modelClass) ?? byClass.get(modelClass) ?? limits;
    return poolMeters(this.name, modelClass, own, refillShare);
  }

  #add(modelClass: string): LimitPool {
    const pool = this.#make(modelClass, this.#metersOf(modelClass));
    this.#pools.set(modelClass, pool);
    return pool;
  }

  #make(name: string, meters: OwnMeters): LimitPool {
    const { store, clock, settings } = this;
    return new LimitPool({
      domain: this.name,
      name,
      slots: this.#slots,
      meters,
      store,
      clock,
      queue: settings.queue,
    });
  }

  /** Makes room by forgetting the oldest pool nobody waits for. What is known of its meters is kept by the store. */
  #evict(): boolean {
    for (const [name, { line }] of this.#pools) {
      if (line.length > 0 || name === OVERFLOW) continue;
      this.#pools.delete(name);
      this.#poolOfModel.clear();
      return true;
    }
    return false;
  }
}
