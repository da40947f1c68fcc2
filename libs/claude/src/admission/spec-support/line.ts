import { ManualClock } from '../../testing/clock/manual-clock.js';
import type { AdaptiveConcurrency } from '../adaptive-concurrency.js';
import type { AdmissionStore, Lease } from '../admission-store.js';
import { AwaitedLease } from '../awaited-lease.js';
import { MemoryAdmissionStore } from '../memory-store.js';
import type { RateMeter } from '../meter.js';
import { Turnstile } from '../turnstile.js';
import { UsedShares } from '../used-shares.js';
import { WaitingLine } from '../waiting-line.js';
import type { WaitingLineOptions } from '../waiting-line.options.js';
import type { Waiting, WaitRequest } from '../waiting.js';

/** 60 units a minute, ten at once: one flows back in a second. */
export const METER: RateMeter = {
  kind: 'rate',
  key: 'k',
  label: 'units per minute',
  limit: 60,
  isGuess: false,
  refillShare: 1,
  burstShare: 1 / 6,
  minBurst: 0,
  counted: 'at-start',
};

/** What a request of a test may say. */
export interface Asked extends Partial<WaitRequest> {
  readonly amount?: number;
}

/** What became of a request. */
export interface Fate {
  readonly name: string;
  lease: Lease | null;
  error: unknown;
  waiting: Waiting | null;
}

/** A line before a memory store, or before one that answers late, on a clock that a test moves. */
export class TestLine {
  readonly clock = new ManualClock();
  readonly store: AdmissionStore;
  readonly line: WaitingLine;
  /** Names in the order in which they were let through. */
  readonly served: string[] = [];
  /** Whether whatever is let through has used what it asked for, and is done. */
  settles = false;
  #arrivals = 0;

  constructor(
    wrap: (store: AdmissionStore) => AdmissionStore = (store) => store,
    options: Partial<WaitingLineOptions> = {},
    private readonly places: AdaptiveConcurrency | null = null,
  ) {
    this.store = wrap(new MemoryAdmissionStore(this.clock));
    this.line = new WaitingLine({
      turnstile: new Turnstile(this.store),
      clock: this.clock,
      maxLength: 1_000,
      agingMs: 10_000,
      fair: false,
      dimensions: 1,
      shares: new UsedShares(1),
      ...options,
    });
  }

  request({ amount = 1, ...asked }: Asked = {}): WaitRequest {
    this.#arrivals += 1;
    return {
      claims: { meters: [METER], amounts: [amount] },
      rank: 1,
      tenant: '',
      arrival: this.#arrivals,
      sinceMs: this.clock.now(),
      maxWaitMs: 30_000,
      places: this.places,
      ...asked,
    };
  }

  /** Somebody comes; what becomes of it is known once it has settled. */
  async come(name: string, asked: Asked = {}): Promise<Fate> {
    const fate: Fate = { name, lease: null, error: null, waiting: null };
    const request = this.request(asked);
    try {
      const answer = await this.line.tryPass(request);
      if (answer?.granted) this.#serve(fate, answer);
      else {
        const awaited = new AwaitedLease();
        fate.waiting = this.line.join(request, awaited, answer);
        awaited.lease.then(
          (lease) => this.#serve(fate, lease),
          (error: unknown) => (fate.error = error),
        );
      }
    } catch (error) {
      fate.error = error;
    }
    await this.settled();
    return fate;
  }

  /** Time passes, in steps as small as the work in between may need. */
  async pass(ms: number, stepMs = ms): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      await this.settled();
    }
  }

  /** Whatever can happen without time passing has happened. */
  async settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** What was let through gives back what it did not use. */
  async settle({ lease }: Fate, used: number): Promise<void> {
    if (lease === null) throw new Error('It was never let through.');
    await this.store.settle(lease, [used]);
    this.places?.release();
    this.line.learn(lease.claims, [used]);
    this.line.wake();
    await this.settled();
  }

  #serve(fate: Fate, lease: Lease): void {
    fate.lease = lease;
    this.served.push(fate.name);
    if (this.settles) void this.store.settle(lease, lease.claims.amounts);
  }
}
