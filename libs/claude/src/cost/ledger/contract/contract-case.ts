import type { UsageEntry } from '../usage-entry.js';
import type { UsageLedger } from '../usage-ledger.js';

/** A ledger under test, and the time it lives in. */
export interface UsageLedgerHarness {
  /** Empty, and with the default bounds. */
  readonly ledger: UsageLedger;
  /** What its clock says, in wall-clock milliseconds; it need not stand still. */
  readonly nowMs: number;
}

/** One thing that every ledger must do. */
export interface UsageLedgerCase {
  /** A sentence, for the test runner. */
  readonly name: string;
  /** Rejects with an `AssertionError` where the ledger does something else. */
  run(harness: UsageLedgerHarness): Promise<void>;
}

export type Given = Partial<Omit<UsageEntry, 'costNanoUsd'>>;
