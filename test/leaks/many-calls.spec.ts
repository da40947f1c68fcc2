import { getEventListeners, setMaxListeners } from 'node:events';
import { LimitExceededError, type RateLimitLease } from 'nestjs-claude';
import { createRandom } from '../../libs/claude/src/testing/seed.js';
import { settledHeap } from '../support/heap.js';
import { bootLimits, expectNothingClaimed, HAIKU, type LimitHarness } from '../support/limit-harness.js';

/** A million take minutes: `LEAK_CALLS=1000000` makes them. */
const CALLS = Number(process.env['LEAK_CALLS'] ?? 100_000);
/** Fills what is kept of a stretch of time, and lets everything be compiled. */
const BEFORE = 20_000;
const AT_ONCE = 100;
/** A small object of each two-hundredth call would be more. */
const FEW_OBJECTS = 500;
const BYTES_SHARE = 1.05;
const OWN = 'own work';
const FAILED = new Error('It failed.');

/** A crowd whose work goes by the limits and a circuit, and nothing else: no SDK, no HTTP. */
class Crowd {
  /** The most timers that anybody held at the same time. */
  mostTimers = 0;
  readonly outcomes = { done: 0, failed: 0, left: 0, refused: 0 };
  readonly controller = new AbortController();
  readonly #random = createRandom(9);
  #open = 0;

  constructor(private readonly harness: LimitHarness) {
    setMaxListeners(0, this.controller.signal);
  }

  async work(calls: number): Promise<void> {
    for (let made = 0; made < calls; made += AT_ONCE) await this.#round();
  }

  /** All ask at the same time; most have to wait, and some leave meanwhile. */
  async #round(): Promise<void> {
    const leaving = new AbortController();
    this.#open = AT_ONCE;
    for (let index = 0; index < AT_ONCE; index += 1) {
      const signal = index % 20 === 0 ? leaving.signal : this.controller.signal;
      void this.#one(signal);
    }
    while (this.#open > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      this.mostTimers = Math.max(this.mostTimers, this.harness.clock.held);
      if (this.#random() < 0.2) leaving.abort();
      this.harness.still.advance(5);
    }
  }

  async #one(signal: AbortSignal): Promise<void> {
    const { limiter, circuits } = this.harness;
    let lease: RateLimitLease | null = null;
    try {
      const maxWaitMs = this.#random() < 0.05 ? 3 : 60_000;
      lease = await limiter.acquire({ model: HAIKU, inputTokens: 200, outputTokens: 100, signal, maxWaitMs });
      await circuits.execute(OWN, () => (this.#random() < 0.1 ? Promise.reject(FAILED) : Promise.resolve()));
      this.outcomes.done += 1;
    } catch (error) {
      if (error instanceof LimitExceededError) this.outcomes.refused += 1;
      else if (signal.aborted) this.outcomes.left += 1;
      else this.outcomes.failed += 1;
    } finally {
      await lease?.settle({ inputTokens: Math.ceil(this.#random() * 250) });
      this.#open -= 1;
    }
  }
}

it('a hundred thousand calls leave the heap as it was, go by one timer, and leave no listener', async () => {
  const harness = await bootLimits(
    { requestsPerMinute: 300_000, burst: { requests: 50 }, tokensPerMinute: 300_000_000, maxConcurrent: 40 },
    { circuit: { baseOpenMs: 1, maxOpenMs: 1 } },
  );
  const crowd = new Crowd(harness);
  await crowd.work(BEFORE);
  const before = await settledHeap();
  await crowd.work(CALLS);
  const after = await settledHeap();
  expect(after.objects - before.objects).toBeLessThan(FEW_OBJECTS);
  expect(after.bytes / before.bytes).toBeLessThan(BYTES_SHARE);
  expect(crowd.mostTimers).toBe(1);
  expect(getEventListeners(crowd.controller.signal, 'abort')).toEqual([]);
  expect(harness.clock.held).toBe(0);
  expect(Math.min(...Object.values(crowd.outcomes))).toBeGreaterThan(CALLS / 1_000);
  await expectNothingClaimed(harness.limiter);
}, 600_000);
