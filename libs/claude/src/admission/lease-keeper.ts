import type { Clock, Timer } from '../call/clock.js';
import { Roster, type Rostered } from '../call/roster.js';
import type { AdmissionStore, Lease } from './admission-store.js';

/** How long the claims of an attempt outlive its process. */
export const LEASE_MS = 120_000;

const RENEW_EVERY_MS = 30_000;

/** Whoever holds a lease. */
export interface LeaseHolder extends Rostered {
  readonly lease: Lease;
}

/** Renews the leases of attempts for as long as these last, so that only those of a process that died expire. */
export class LeaseKeeper {
  readonly #holders = new Roster<LeaseHolder>();
  #timer: Timer | null = null;

  constructor(
    private readonly store: AdmissionStore,
    private readonly clock: Clock,
  ) {}

  keep(holder: LeaseHolder): void {
    this.#holders.add(holder);
    this.#timer ??= this.clock.setTimer(() => this.#renew(), RENEW_EVERY_MS);
  }

  letGo(holder: LeaseHolder): void {
    this.#holders.delete(holder);
    if (this.#holders.size > 0) return;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #renew(): void {
    this.#timer = this.clock.setTimer(() => this.#renew(), RENEW_EVERY_MS);
    const leases = Array.from(this.#holders, ({ lease }) => lease);
    offPath(() => this.store.renew(leases, LEASE_MS));
  }
}

/**
 * Tells a store something that nobody waits for. A store that is away gives up no call for it: what it was not told
 * comes right when the lease expires.
 *
 * @param whenTold Called once the store knows.
 */
export function offPath(tell: () => PromiseLike<void> | void, whenTold: () => void = ignore): void {
  try {
    const pending = tell();
    if (pending === undefined) whenTold();
    else pending.then(whenTold, ignore);
  } catch {
    // As with a promise that fails.
  }
}

function ignore(): void {
  // See above.
}
