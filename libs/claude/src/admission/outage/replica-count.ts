import type { Clock } from '../../call/clock.js';
import type { AdmissionStore, Lease } from '../admission-store.js';
import { offPath } from '../lease-keeper.js';
import type { Claims, SlotMeter } from '../meter.js';

const BEAT_EVERY_MS = 5_000;

/** How long one that is gone is counted among the others. */
const ALIVE_MS = 20_000;

/** A place for each replica. */
const REPLICAS: SlotMeter = Object.freeze({ kind: 'slots', key: 'replicas', label: 'replicas', limit: Infinity });
const ONE: Claims = Object.freeze({ meters: [REPLICAS], amounts: [1] });

/**
 * How many share a store. Each that makes calls holds a place of a meter there, which it takes anew every few seconds: so
 * one that is gone is forgotten when its lease expires, and all are counted again after the store has lost everything.
 */
export class ReplicaCount {
  #known: number;
  #place: Lease | null = null;
  #beatAtMs = -Infinity;
  #isClosed = false;

  /** @param known How many there are as long as the store has not told. */
  constructor(
    private readonly store: AdmissionStore,
    private readonly clock: Clock,
    known: number,
  ) {
    this.#known = known;
  }

  get known(): number {
    return this.#known;
  }

  /** The store answers: tells it that this one is there, if that is due, and asks for the others. Nobody waits for it. */
  beat(): void {
    const nowMs = this.clock.now();
    if (this.#isClosed || nowMs - this.#beatAtMs < BEAT_EVERY_MS) return;
    this.#beatAtMs = nowMs;
    offPath(() => this.#count());
  }

  /** This one goes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const place = this.#place;
    this.#place = null;
    if (place !== null) await this.store.settle(place, [0]);
  }

  async #count(): Promise<void> {
    const before = this.#place;
    const taken = await this.store.acquire(ONE, { leaseMs: ALIVE_MS, force: true });
    if (taken.granted) this.#place = taken;
    // In this order nobody counts too few for a moment, which would let each have too much.
    if (before !== null) await this.store.settle(before, [0]);
    const [standing] = await this.store.standing([REPLICAS]);
    if (standing !== undefined) this.#known = Math.max(1, Math.round(standing.outstanding));
    if (this.#isClosed) await this.close();
  }
}
