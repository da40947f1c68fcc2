import { eventually, type ClaudeHarness } from '../support/claude-harness.js';

/**
 * A test of one of the numbered fault cases. The table in `faults.spec.ts` reads these titles: each number that the table
 * says is proven must be proven by some test.
 */
export function fault(number: number, title: string, test: () => Promise<void>, timeoutMs?: number): void {
  it(`fault ${number}: ${title}`, test, timeoutMs);
}

/** What must hold after every fault, whatever became of the call. */
export async function expectNothingHeld({ claude, sim, records }: ClaudeHarness): Promise<void> {
  await eventually(() => claude.activeCalls === 0, 'every call was settled');
  await sim.whenIdle({ allowKeepAlive: true });
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
}
