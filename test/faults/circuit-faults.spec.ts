import { OverloadedError } from '@anthropic-ai/sdk';
import { setTimeout as delay } from 'node:timers/promises';
import { CircuitOpenError, type StageInsertion } from 'nestjs-claude';
import type { RecordedRequest } from 'nestjs-claude/testing';
import { bootClaude, eventually, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';
import { expectNothingHeld, fault } from './support.js';

/** A minute of the storm is 1.2 s of the test: every time of it is shorter by as much. */
const MINUTE_MS = 1_200;
const SECOND_MS = MINUTE_MS / 60;
const CALLERS = 200;
const THINKING_MS = 10 * SECOND_MS;
const CIRCUIT = `default/${PARAMS.model}`;

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

/** Callers who ask again some time after each answer, until they are told to stop. */
class Crowd {
  readonly errors: unknown[] = [];
  #leaving = false;
  readonly #callers = Array.from({ length: CALLERS }, (_, index) => this.#call((index / CALLERS) * THINKING_MS));

  async leave(): Promise<void> {
    this.#leaving = true;
    await Promise.all(this.#callers);
  }

  async #call(afterMs: number): Promise<void> {
    await delay(afterMs);
    while (!this.#leaving) {
      await harness.claude.messages.create(PARAMS).catch((error: unknown) => this.errors.push(error));
      await delay(THINKING_MS);
    }
  }
}

/** How many attempts there were beyond the first of each call, and how many the retry budget's law allows. */
function retriesAfter(elapsedMs: number): { readonly made: number; readonly allowed: number } {
  const calls = harness.records.filter(({ attempts }) => attempts.length > 0).length;
  const { maxTokens, tokensPerCall, tokensPerMinute } = BUDGET;
  return {
    made: harness.sim.requests.length - calls,
    allowed: maxTokens + tokensPerCall * calls + (tokensPerMinute * elapsedMs) / 60_000,
  };
}

fault(25, 'a storm of 529 makes no more attempts than the retry budget has', async () => {
  harness = await bootClaude({ retry: RETRY, circuit: false, rateLimit: false }, { record: 'usage' });
  harness.sim.onMessage().failWith(529);
  const startedAt = performance.now();
  const crowd = new Crowd();
  await delay(20 * SECOND_MS);
  await crowd.leave();
  expect(crowd.errors.filter((error) => !(error instanceof OverloadedError))).toEqual([]);
  const { made, allowed } = retriesAfter(performance.now() - startedAt);
  expect(made).toBeGreaterThan(10);
  expect(made).toBeLessThanOrEqual(allowed);
  expect(harness.record()).toMatchObject({ retryBudgetExhausted: true });
});

/** Tells the simulator of each attempt what its circuit was at when it let the attempt through. */
const telling: StageInsertion = {
  after: 'circuit',
  use: (call, next) => {
    call.request.headers.set('x-circuit', harness.circuits.circuit(CIRCUIT).state);
    return next(call);
  },
};

/** The probes that have reached the simulator, and how many of them were there at once at the most. */
class ProbeWatch {
  probes = 0;
  atOnce = 0;

  /** Matches every request. */
  readonly see = ({ headers }: Pick<RecordedRequest, 'headers'>): boolean => {
    if (!isProbe({ headers })) return true;
    const active = harness.sim.requests.filter((request) => request.outcome === 'active' && isProbe(request));
    this.probes += 1;
    this.atOnce = Math.max(this.atOnce, active.length);
    return true;
  };
}

function isProbe({ headers }: Pick<RecordedRequest, 'headers'>): boolean {
  return headers['x-circuit'] === 'half-open';
}

fault(25, 'a storm of 529 opens the circuit, is probed one at a time, and is over within a window', async () => {
  const options = { retry: RETRY, circuit: CIRCUITS, rateLimit: false, stages: [telling] } as const;
  harness = await bootClaude(options, {}, { random: () => 0.5 });
  const { circuits, sim } = harness;
  const told: string[] = [];
  circuits.events.subscribe(({ circuit, type }) => {
    if (circuit === CIRCUIT && type !== 'refused') told.push(type);
  });
  const watch = new ProbeWatch();

  sim.onMessage(watch.see).failWith(529).after(2);
  const startedAt = performance.now();
  const crowd = new Crowd();
  await delay(MINUTE_MS);
  sim.onMessage(watch.see).reply('well').after(2);
  await eventually(() => told.at(-1) === 'closed', 'the circuit closed within a window', CIRCUITS.windowMs);
  await crowd.leave();

  const { made, allowed } = retriesAfter(performance.now() - startedAt);
  expect(made).toBeLessThanOrEqual(allowed);
  expect(crowd.errors.filter((error) => !isStormy(error))).toEqual([]);
  const probings = told.filter((type) => type === 'half-opened').length;
  expect(probings).toBeGreaterThan(2);
  // Each probing but the last ended with one failure; that one took two successes.
  expect(watch).toMatchObject({ atOnce: 1, probes: probings + 1 });
  expect(told).toEqual([...Array.from({ length: probings }, () => ['opened', 'half-opened']).flat(), 'closed']);
});

/** Told by the API, or by the circuit with a time to come back at. */
function isStormy(error: unknown): boolean {
  if (error instanceof CircuitOpenError) return (error.retryAfterMs ?? 0) > 0;
  return error instanceof OverloadedError;
}
