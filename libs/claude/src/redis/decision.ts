import type { Group } from './groups.js';
import type { LeasePart } from './redis-lease.js';
import type { Verdict } from './replies.js';

/** What one server said of the claims it was asked about. */
export interface Decision {
  readonly group: Group;
  /** The lease as that server knows it, should it grant it. */
  readonly leaseText: string;
  readonly verdict: Verdict;
}

/** What it has granted of a lease. */
export function partsOf({ group, leaseText, verdict }: Decision): LeasePart[] {
  return verdict.granted ? [{ group, leaseText, totals: verdict.totals }] : [];
}
