import type { UsageLedgerCase } from './contract/contract-case.js';
import { pairsCases } from './contract/pairs.cases.js';
import { recordingCases } from './contract/recording.cases.js';
import { summingCases } from './contract/summing.cases.js';

export type { UsageLedgerCase, UsageLedgerHarness } from './contract/contract-case.js';

/**
 * The contract of `UsageLedger` as tests, for any test runner. Each case wants a ledger that holds nothing.
 *
 * ```ts
 * describe('my ledger', () => {
 *   for (const { name, run } of usageLedgerCases()) {
 *     it(name, async () => run({ ledger: await emptyLedger(), nowMs: Date.now() }));
 *   }
 * });
 * ```
 */
export function usageLedgerCases(): readonly UsageLedgerCase[] {
  return [...summingCases, ...recordingCases, ...pairsCases];
}
