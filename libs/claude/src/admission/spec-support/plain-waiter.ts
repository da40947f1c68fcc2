import { QueuedWaiter, type Waiter } from '../queued-waiter.js';

/** A waiter that is as a test says. */
export class PlainWaiter extends QueuedWaiter {
  constructor(
    rank: Waiter['rank'],
    tenant: string,
    arrival: number,
    sinceMs: number,
    readonly amounts: readonly number[],
    readonly weight: number,
  ) {
    super(rank, tenant, arrival, sinceMs);
  }
}
