import type { AdaptiveConcurrency, PlaceListener } from './adaptive-concurrency.js';
import type { AdmissionStore, Awaitable, Denial, Lease } from './admission-store.js';
import { LEASE_MS, offPath } from './lease-keeper.js';
import type { Claims } from './meter.js';

/** Somebody who asks: with what claims, and for a place where. */
export interface Passenger {
  readonly claims: Claims;
  /** How many calls may be under way where it goes; `null` for any number. */
  readonly places: AdaptiveConcurrency | null;
}

/** What it takes to get through: a place at the endpoint and a lease of the store, or neither. */
export class Turnstile {
  #isShared = false;

  constructor(private readonly store: AdmissionStore) {}

  /** Whether others may use the same meters, as far as the store has shown. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** Takes both at once. `null` where there is no place; the listener is then told when there is. */
  pass({ claims, places }: Passenger, listener: PlaceListener): Awaitable<Lease | Denial | null> {
    if (places !== null && !places.tryTake()) {
      places.waitForPlace(listener);
      return null;
    }
    let answer: Awaitable<Lease | Denial>;
    try {
      answer = this.store.acquire(claims, LEASE);
    } catch (error) {
      places?.untake();
      throw error;
    }
    if (isPending(answer)) {
      this.#isShared = true;
      return late(answer, places);
    }
    if (!answer.granted) places?.untake();
    return answer;
  }

  /** Takes both in any case: for what has to be counted, not limited. */
  force({ claims, places }: Passenger): Awaitable<Lease> {
    const lease = this.store.acquire(claims, FORCED_LEASE) as Awaitable<Lease>;
    places?.take();
    return lease;
  }

  /** Takes both, whatever the limits say, where budgets allow it. */
  forceLimits({ claims, places }: Passenger): Awaitable<Lease | Denial> {
    const took = (answer: Lease | Denial): Lease | Denial => {
      if (answer.granted) places?.take();
      return answer;
    };
    const answer = this.store.acquire(claims, FORCED_LIMITS);
    return isPending(answer) ? answer.then(took) : took(answer);
  }

  /** Gives both back, unused. */
  giveBack(lease: Lease, { places }: Passenger): void {
    places?.release();
    offPath(() => this.store.settle(lease, lease.claims.amounts.map(nothing)));
  }
}

async function late(answer: PromiseLike<Lease | Denial>, places: AdaptiveConcurrency | null): Promise<Lease | Denial> {
  let isGranted = false;
  try {
    const known = await answer;
    isGranted = known.granted;
    return known;
  } finally {
    if (!isGranted) places?.release();
  }
}

const LEASE = Object.freeze({ leaseMs: LEASE_MS });
const FORCED_LIMITS = Object.freeze({ leaseMs: LEASE_MS, force: 'limits' });
const FORCED_LEASE = Object.freeze({ leaseMs: LEASE_MS, force: true });

/** Whether an answer is still to come. */
export function isPending<T>(answer: Awaitable<T>): answer is PromiseLike<T> {
  return typeof answer === 'object' && answer !== null && 'then' in answer;
}

function nothing(): number {
  return 0;
}
