import { OverloadedError } from '@anthropic-ai/sdk';
import { bootClaude, type ClaudeHarness } from '../support/claude-harness.js';
import { FastClock } from '../support/fast-clock.js';
import { WatchedClock } from '../support/watched-clock.js';
import { Crowd, disperse, isStormy, ProbeWatch, retriesAfter, telling, turnsOf } from './storm.js';
import { expectNothingHeld, fault } from './support.js';

/** Simulated milliseconds in one of the test. */
const FACTOR = 50;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
const THINKING_MS = 10 * SECOND_MS;
const TIMEOUT_MS = 60_000;

const BUDGET = { maxTokens: 10, tokensPerCall: 0.2, tokensPerMinute: 10 };
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

let time: FastClock;
let harness: ClaudeHarness;
afterEach(async () => {
  await disperse();
  await expectNothingHeld(harness).finally(() => time.close());
});

async function boot(
  claude: Parameters<typeof bootClaude>[0],
  sim: Parameters<typeof bootClaude>[1] = {},
): Promise<void> {
  time = new FastClock(FACTOR);
  const clock = new WatchedClock(time);
  harness = await bootClaude(
    { retry: RETRY, rateLimit: false, ...claude },
    { clock, ...sim },
    { clock, random: () => 0.5 },
  );
}

fault(
  25,
  'a storm of 529 makes no more attempts than the retry budget has',
  async () => {
    await boot({ circuit: false }, { record: 'usage' });
    harness.sim.onMessage().failWith(529);
    const crowd = new Crowd(harness.claude, time, THINKING_MS);
    await time.sleep(20 * SECOND_MS);
    await crowd.leave();
    expect(crowd.errors.filter((error) => !(error instanceof OverloadedError))).toEqual([]);
    const { made, allowed } = retriesAfter(time.now(), BUDGET, harness);
    expect(made).toBeGreaterThan(10);
    expect(made).toBeLessThanOrEqual(allowed);
    expect(harness.records.filter(({ retryBudgetExhausted }) => retryBudgetExhausted)).not.toEqual([]);
  },
  TIMEOUT_MS,
);

fault(
  25,
  'a storm of 529 opens the circuit, is probed one at a time, and is over within a window',
  async () => {
    await boot({ circuit: CIRCUITS, stages: [telling(() => harness)] });
    const { claude, sim } = harness;
    const turns = turnsOf(harness);
    const watch = new ProbeWatch(sim);

    sim.onMessage(watch.see).failWith(529).after(100);
    const crowd = new Crowd(claude, time, THINKING_MS);
    await time.sleep(MINUTE_MS);
    sim.onMessage(watch.see).reply('well').after(100);
    await time.until(() => turns.at(-1) === 'closed', 'the circuit closed within a window', CIRCUITS.windowMs);
    await crowd.leave();

    const { made, allowed } = retriesAfter(time.now(), BUDGET, harness);
    expect(made).toBeLessThanOrEqual(allowed);
    expect(crowd.errors.filter((error) => !isStormy(error))).toEqual([]);
    const probings = turns.filter((type) => type === 'half-opened').length;
    expect(probings).toBeGreaterThan(2);
    // Each probing but the last ended with one failure; that one took two successes.
    expect(watch).toMatchObject({ atOnce: 1, probes: probings + 1 });
    expect(turns).toEqual([...Array.from({ length: probings }, () => ['opened', 'half-opened']).flat(), 'closed']);
  },
  TIMEOUT_MS,
);
