import type { AdmissionStore } from '../admission-store.js';

/** A store under test, and the time it lives in. */
export interface AdmissionStoreHarness {
  readonly store: AdmissionStore;
  /** Lets at least so many milliseconds pass for the store: a manual clock moves, real time is waited for. */
  advance(ms: number): Promise<void> | void;
}

/** One thing that every store must do. */
export interface AdmissionStoreCase {
  /** A sentence, for the test runner. */
  readonly name: string;
  /** Rejects with an `AssertionError` where the store does something else. */
  run(harness: AdmissionStoreHarness): Promise<void>;
}
