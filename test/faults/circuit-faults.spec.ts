import { OverloadedError } from '@anthropic-ai/sdk';
import { setTimeout as delay } from 'node:timers/promises';
import { bootClaude, eventually, type ClaudeHarness } from '../support/claude-harness.js';
import { Crowd, isStormy, ProbeWatch, retriesAfter, telling, turnsOf } from './storm.js';
import { expectNothingHeld, fault } from './support.js';

/** A minute of the storm is 1.2 s of the test: every time of it is shorter by as much. */
const MINUTE_MS = 1_200;
const SECOND_MS = MINUTE_MS / 60;
const THINKING_MS = 10 * SECOND_MS;

const BUDGET = { maxTokens: 10, tokensPerCall: 0.2, tokensPerMinute: (10 * 60_000) / MINUTE_MS };
const RETRY = {
  baseDelayMs: 0.5 * SECOND_MS,
  maxDelayMs: 8 * SECOND_MS,
  overloadedBaseDelayMs: SECOND_MS,
  overloadedMaxDelayMs: 30 * SECOND_MS,
  budget: BUDGET,
};
const CIRCUITS = {
  windowMs: MINUTE_MS,
  baseOpenMs: 5 * SECOND_MS,
  maxOpenMs: 120 * SECOND_MS,
  healthyAfterMs: 300 * SECOND_MS,
};

let harness: ClaudeHarness;
afterEach(() => expectNothingHeld(harness));

fault(25, 'a storm of 529 makes no more attempts than the retry budget has', async () => {
  harness = await bootClaude({ retry: RETRY, circuit: false, rateLimit: false }, { record: 'usage' });
  harness.sim.onMessage().failWith(529);
  const startedAt = performance.now();
  const crowd = new Crowd(harness.claude, THINKING_MS);
  await delay(20 * SECOND_MS);
  await crowd.leave();
  expect(crowd.errors.filter((error) => !(error instanceof OverloadedError))).toEqual([]);
  const { made, allowed } = retriesAfter(performance.now() - startedAt, BUDGET, harness);
  expect(made).toBeGreaterThan(10);
  expect(made).toBeLessThanOrEqual(allowed);
  expect(harness.records.filter(({ retryBudgetExhausted }) => retryBudgetExhausted)).not.toEqual([]);
});

fault(25, 'a storm of 529 opens the circuit, is probed one at a time, and is over within a window', async () => {
  const stages = [telling(() => harness)];
  const options = { retry: RETRY, circuit: CIRCUITS, rateLimit: false, stages } as const;
  harness = await bootClaude(options, {}, { random: () => 0.5 });
  const { claude, sim } = harness;
  const turns = turnsOf(harness);
  const watch = new ProbeWatch(sim);

  sim.onMessage(watch.see).failWith(529).after(2);
  const startedAt = performance.now();
  const crowd = new Crowd(claude, THINKING_MS);
  await delay(MINUTE_MS);
  sim.onMessage(watch.see).reply('well').after(2);
  await eventually(() => turns.at(-1) === 'closed', 'the circuit closed within a window', CIRCUITS.windowMs);
  await crowd.leave();

  const { made, allowed } = retriesAfter(performance.now() - startedAt, BUDGET, harness);
  expect(made).toBeLessThanOrEqual(allowed);
  expect(crowd.errors.filter((error) => !isStormy(error))).toEqual([]);
  const probings = turns.filter((type) => type === 'half-opened').length;
  expect(probings).toBeGreaterThan(2);
  // Each probing but the last ended with one failure; that one took two successes.
  expect(watch).toMatchObject({ atOnce: 1, probes: probings + 1 });
  expect(turns).toEqual([...Array.from({ length: probings }, () => ['opened', 'half-opened']).flat(), 'closed']);
});
