import assert from 'node:assert/strict';
import { DAY_MS } from '../covered-period.js';
import type { ModelAtEndpoint } from '../model-at-endpoint.js';
import type { UsageEntry } from '../usage-entry.js';
import type { UsageShare, UsageSummary } from '../usage-summary.js';
import type { Given, UsageLedgerCase, UsageLedgerHarness } from './contract-case.js';
import { usageEntry } from './usage-entries.js';

/** Makes a case of what it does with a ledger. */
export function ledgerCase(name: string, run: (probe: LedgerProbe) => Promise<void>): UsageLedgerCase {
  return { name, run: (harness) => run(new LedgerProbe(harness)) };
}

/** A ledger, asked in few words. */
export class LedgerProbe {
  #count = 0;

  constructor(private readonly harness: UsageLedgerHarness) {}

  get nowMs(): number {
    return this.harness.nowMs;
  }

  /** An entry of a second ago, with an id of its own, unless the case says otherwise. */
  entry(given: Given = {}): UsageEntry {
    return usageEntry({ id: `call-${this.#count++}`, atMs: this.nowMs - 1_000, ...given });
  }

  async record(...entries: readonly UsageEntry[]): Promise<void> {
    await this.harness.ledger.record(entries);
  }

  /** Of the last so many milliseconds, and a little ahead. */
  async last(ms = DAY_MS): Promise<UsageSummary> {
    return this.harness.ledger.summarize({ fromMs: this.nowMs - ms, toMs: this.nowMs + 1 });
  }

  async between(fromMs: number, toMs: number): Promise<UsageSummary> {
    return this.harness.ledger.summarize({ fromMs, toMs });
  }

  /** Of the day that began at a moment; `undefined` of a ledger that does not tell them apart. */
  async modelsAtEndpoints(dayStartMs: number): Promise<readonly ModelAtEndpoint[] | null | undefined> {
    return this.harness.ledger.modelsAtEndpoints?.(dayStartMs);
  }

  async recent(limit: number): Promise<readonly UsageEntry[]> {
    return this.harness.ledger.recent(limit);
  }
}

/** Names, requests and costs of shares, in their order. */
export function assertShares(
  shares: readonly UsageShare[],
  expected: readonly (readonly [name: string, requests: number, nanoUsd: number])[],
): void {
  assert.deepEqual(
    shares.map(({ name, requests, totalCostNanoUsd }) => [name, requests, totalCostNanoUsd]),
    expected,
  );
}

/** Some fields of a summary. */
export function assertSums(summary: UsageSummary, expected: Partial<UsageSummary>): void {
  const names = Object.keys(expected) as (keyof UsageSummary)[];
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, summary[name]])), expected);
}
