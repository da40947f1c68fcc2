import { budgetCases } from './contract/budget.cases.js';
import type { AdmissionStoreCase } from './contract/contract-case.js';
import { grantingCases } from './contract/granting.cases.js';
import { observingCases } from './contract/observing.cases.js';
import { replayingCases } from './contract/replaying.cases.js';
import { settlingCases } from './contract/settling.cases.js';

export type { AdmissionStoreCase, AdmissionStoreHarness } from './contract/contract-case.js';

/**
 * The contract of `AdmissionStore` as tests, for any test runner. Every case makes meters of its own, so that one store
 * serves all of them, one after the other. None lets more than a second or so pass.
 *
 * ```ts
 * describe('my store', () => {
 *   for (const { name, run } of admissionStoreCases()) {
 *     it(name, () => run({ store, advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 1)) }));
 *   }
 * });
 * ```
 */
export function admissionStoreCases(): readonly AdmissionStoreCase[] {
  return [...grantingCases, ...settlingCases, ...observingCases, ...budgetCases, ...replayingCases];
}
