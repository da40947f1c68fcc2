import { LimitExceededError } from 'nestjs-claude';
import { RETRY_BUDGET_DEFAULTS } from '../../libs/claude/src/retry/retry.options.js';
import { bootClaude, eventually, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';
import { FastClock } from '../support/fast-clock.js';
import { limitsOf } from '../support/limit-harness.js';
import { WatchedClock } from '../support/watched-clock.js';
import { CIRCUIT, Crowd, disperse, isStormy, ProbeWatch, retriesAfter, telling, turnsOf } from './storm.js';
import { expectNothingHeld, fault } from './support.js';

/** Simulated milliseconds in one of the test: every default is what it is, and a minute takes two seconds. */
const FACTOR = 30;
const MINUTE_MS = 60_000;
const THINKING_MS = MINUTE_MS / 6;
const TIMEOUT_MS = 90_000;
/** However much is overloaded, so many calls may be under way at an endpoint. */
const LEAST_PLACES = 2;

let time: FastClock;
let harness: ClaudeHarness;
afterEach(async () => {
  await disperse();
  await expectNothingHeld(harness).finally(() => time.close());
});

async function boot(claude: Parameters<typeof bootClaude>[0]): Promise<void> {
  time = new FastClock(FACTOR);
  const clock = new WatchedClock(time);
  harness = await bootClaude({ retry: {}, ...claude }, { clock }, { clock, random: () => 0.5 });
}

/** What the guess lets through in so long: its burst, and what flows. */
function guessed(elapsedMs: number): number {
  return 50 / 12 + (0.95 * 50 * elapsedMs) / MINUTE_MS;
}

/** Told by the API or the circuit, or by the limits. */
function isExpected(error: unknown): boolean {
  return isStormy(error) || error instanceof LimitExceededError;
}

/** The storm has come and gone, and nobody took anything with it. */
async function expectAllGivenBack(): Promise<void> {
  await eventually(() => harness.claude.activeCalls === 0, 'every call was over');
  const { requests, tokens, queued } = await limitsOf(harness);
  expect([requests.outstanding, tokens?.outstanding, queued]).toEqual([0, 0, 0]);
  expect((await harness.limiter.snapshot()).concurrency).toMatchObject([{ inFlight: 0 }]);
  expect(harness.circuits.circuit(CIRCUIT).snapshot().permitsOut).toBe(0);
}

/** Two hundred callers ask for a minute, and then await what they asked for. How long it all took, by the clock of the module. */
async function storm(): Promise<{ readonly elapsedMs: number; readonly errors: readonly unknown[] }> {
  harness.sim.onMessage().failWith(529);
  const startedAt = harness.clock.now();
  const crowd = new Crowd(harness.claude, time, THINKING_MS);
  await time.sleep(MINUTE_MS);
  await crowd.leave();
  return { elapsedMs: harness.clock.now() - startedAt, errors: crowd.errors };
}

/** Each retry was paid for, and as few calls as there may ever be are let through at a time. */
async function expectLawKept(elapsedMs: number): Promise<void> {
  const { made, allowed } = retriesAfter(elapsedMs, RETRY_BUDGET_DEFAULTS, harness);
  expect(made).toBeGreaterThan(0);
  expect(made).toBeLessThanOrEqual(allowed);
  expect((await harness.limiter.snapshot()).concurrency).toMatchObject([{ limit: LEAST_PLACES }]);
}

fault(
  25,
  'a storm of 529 before any limit is known sends no more than the guess lets through',
  async () => {
    await boot({ circuit: false });
    const { elapsedMs, errors } = await storm();
    expect(errors.filter((error) => !isExpected(error))).toEqual([]);
    expect(harness.sim.requests.length).toBeLessThanOrEqual(guessed(elapsedMs));
    await expectLawKept(elapsedMs);
    await expectAllGivenBack();
  },
  TIMEOUT_MS,
);

fault(
  25,
  'a storm of 529 where limits are known and far away leaves as few calls at a time as there may be, and loses none',
  async () => {
    await boot({ circuit: false });
    await harness.claude.messages.create(PARAMS);
    const { elapsedMs, errors } = await storm();
    expect(errors.filter((error) => !isExpected(error))).toEqual([]);
    expect(harness.records.filter(({ retryBudgetExhausted }) => retryBudgetExhausted)).not.toEqual([]);
    await expectLawKept(elapsedMs);
    await expectAllGivenBack();
    harness.sim.onMessage().reply('well');
    await Promise.all(Array.from({ length: 10 }, () => harness.claude.messages.create(PARAMS)));
  },
  TIMEOUT_MS,
);

fault(
  25,
  'a storm of 529 opens the circuit behind the limits too, whose probes wait for nobody and go one at a time',
  async () => {
    await boot({ stages: [telling(() => harness)] });
    const { claude, clock, sim } = harness;
    const turns = turnsOf(harness);
    const watch = new ProbeWatch(sim);

    sim.onMessage(watch.see).failWith(529).after(60);
    const startedAt = clock.now();
    const crowd = new Crowd(claude, time, THINKING_MS);
    await time.sleep(MINUTE_MS);
    expect(sim.requests.length).toBeLessThanOrEqual(guessed(clock.now() - startedAt));
    sim.onMessage(watch.see).reply('well').after(60);
    await time.until(() => turns.at(-1) === 'closed', 'the circuit closed within a window', MINUTE_MS);
    await crowd.leave();

    const { made, allowed } = retriesAfter(clock.now() - startedAt, RETRY_BUDGET_DEFAULTS, harness);
    expect(made).toBeLessThanOrEqual(allowed);
    expect(crowd.errors.filter((error) => !isExpected(error))).toEqual([]);
    const probings = turns.filter((type) => type === 'half-opened').length;
    expect(probings).toBeGreaterThan(2);
    expect(watch).toMatchObject({ atOnce: 1, probes: probings + 1 });
    await expectAllGivenBack();
  },
  TIMEOUT_MS,
);
