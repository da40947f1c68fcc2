import { inspect } from 'node:util';
import { classifyError, failureOf, type AttemptRecord, type CallFailure, type FailureMeaning } from 'nestjs-claude';
import { eventually, PARAMS, SIMULATED_KEY, type ClaudeHarness } from '../support/claude-harness.js';
import { expectNothingHeld as expectNoLimitHeld } from '../support/limit-harness.js';

/** A test of one of the numbered fault cases. The table in `faults.spec.ts` reads these: each number must have one. */
export function fault(number: number, title: string, test: () => Promise<void>, timeoutMs?: number): void {
  it(`fault ${number}: ${title}`, test, timeoutMs);
}

/** A test of what a gateway owes its clients beside. The table reads these too: each of its names must have one. */
export function extra(name: string, title: string, test: () => Promise<void>, timeoutMs?: number): void {
  it(`${name}: ${title}`, test, timeoutMs);
}

const WHOLE = { depth: 9, maxArrayLength: Infinity, maxStringLength: Infinity };

/** What must hold after every fault, whatever became of the call. Closes the harness to see what stays. */
export async function expectNothingHeld(harness: ClaudeHarness): Promise<void> {
  const { circuits, sim, transport, clock, records, log } = harness;
  await expectNoLimitHeld(harness);
  await sim.whenIdle({ allowKeepAlive: true });
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  expect(
    records
      .flatMap(({ attempts }) => attempts)
      .flatMap(numbersOf)
      .filter(isNoDuration),
  ).toEqual([]);
  expect(circuits.snapshot().filter(({ permitsOut }) => permitsOut > 0)).toEqual([]);
  expect(clock.held).toBe(0);
  expect(inspect(log, WHOLE)).not.toContain(SIMULATED_KEY);
  await eventually(() => transport.stats.activeRequests === 0, 'every request ended');
  await harness.close();
  expect({ ...transport.stats, timers: clock.held }).toEqual({ openSockets: 0, activeRequests: 0, timers: 0 });
}

function numbersOf({ durationMs, retryDelayMs, retryAfterMs }: AttemptRecord): number[] {
  return [durationMs, retryDelayMs ?? 0, retryAfterMs ?? 0];
}

function isNoDuration(ms: number): boolean {
  return !Number.isFinite(ms) || ms < 0;
}

/** What an error tells of the call it ended. */
export interface Told {
  readonly failure: CallFailure;
  readonly meaning: FailureMeaning;
}

/**
 * What the caller can learn from the error alone: how the call failed, with the same request id and as many attempts as
 * the record has, and what it means. Neither the key nor the prompt is anywhere in it.
 */
export function toldBy(error: Error, harness: ClaudeHarness): Told {
  const failure = failureOf(error);
  if (failure === null) throw new Error('The error tells nothing of its call.', { cause: error });
  const record = harness.records.find(({ id }) => id === failure.callId);
  expect(failure.requestId).toBe(record?.attempts.findLast(({ requestId }) => requestId !== null)?.requestId ?? null);
  expect(failure.attempts).toMatchObject(record?.attempts ?? []);
  expect(failure.attempts).toHaveLength(record?.attempts.length ?? NaN);
  expect(failure.retryBudgetExhausted).toBe(record?.retryBudgetExhausted);
  const shown = inspect({ error, failure }, { ...WHOLE, showHidden: true });
  expect(shown).not.toContain(SIMULATED_KEY);
  expect(shown).not.toContain(PARAMS.messages[0]?.content);
  return { failure, meaning: classifyError(error) };
}
