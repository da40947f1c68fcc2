import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { MemoryAdmissionStore, type CallRecord } from 'nestjs-claude';
import { ManualClock, type Fault } from 'nestjs-claude/testing';
import { BookkeepingStore } from '../support/books-of-leases.js';
import { PARAMS } from '../support/claude-harness.js';
import {
  bootLimits,
  expectNothingHeld as expectNoLimitHeld,
  HAIKU,
  type LimitHarness,
} from '../support/limit-harness.js';
import { expectNothingHeld } from './support.js';

const RUNS = 150;
const EVENT_MS = 10;
const REPLY = 'one two three four five six seven eight nine ten eleven twelve';
/** Many more turns than any call takes to its end, on a machine with much else to do too. */
const PATIENCE_MS = 15_000;

/** One call, whatever way it is made in: what its caller can still do about it. */
class CallUnderTest {
  /** Whether what the SDK's method promised has come, or failed. */
  isOver = false;
  readonly #controller = new AbortController();
  #read: () => Promise<unknown> = () => Promise.resolve();
  #leave: () => Promise<unknown> = () => Promise.resolve();
  #stop: () => void = () => undefined;

  constructor({ claude }: LimitHarness, way: Way) {
    void this.#begin(claude, way);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The caller's own signal. */
  abort(): void {
    this.#controller.abort();
  }

  /** The stream's. */
  stop(): void {
    this.#stop();
  }

  /** Takes what comes next, without waiting for it. */
  read(): void {
    void this.#read().catch(ignore);
  }

  /** Wants no more. */
  leave(): void {
    void this.#leave().catch(ignore);
  }

  async #begin(claude: LimitHarness['claude'], way: Way): Promise<void> {
    try {
      await this.#make(claude, way);
    } catch {
      // However it ends: what is looked at are the books.
    } finally {
      this.isOver = true;
    }
  }

  async #make({ messages }: LimitHarness['claude'], way: Way): Promise<unknown> {
    const options = { signal: this.signal };
    if (way === 'json') return messages.create(PARAMS, options);
    if (way === 'helper') {
      const helper = messages.stream(PARAMS, options);
      this.#stop = () => helper.abort();
      return helper.done();
    }
    const stream = await messages.create({ ...PARAMS, stream: true }, options);
    const events = stream[Symbol.asyncIterator]();
    this.#read = () => events.next();
    // A loop that has not begun has nothing to leave.
    this.#leave = () => events.next().then(() => events.return?.());
    this.#stop = () => stream.controller.abort();
    return stream;
  }
}

type Way = 'json' | 'stream' | 'helper';
type Step = (harness: LimitHarness, call: CallUnderTest) => unknown;

function ignore(): void {
  // Whoever reads what is broken off hears of it.
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const afterDeltas = fc.nat(4);
const ending: fc.Arbitrary<Fault | null> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('resetMidStream' as const), afterDeltas }) },
  fc.record({ kind: fc.constant('truncateStream' as const), afterDeltas }),
  fc.record({ kind: fc.constant('errorEvent' as const), afterDeltas }),
  fc.record({ kind: fc.constant('malformedEvent' as const), afterDeltas }),
  fc.constant({ kind: 'resetBeforeHeaders' as const }),
  fc.constant({ kind: 'status' as const, status: 529 }),
);

/** Named, so that fast-check shows what it found. */
function step(name: string, take: Step): Step {
  return Object.defineProperty(take, 'name', { value: name });
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(step('next event', ({ simStill }) => simStill.advance(EVENT_MS))) },
  { weight: 8, arbitrary: fc.nat(6).map((count) => step(`${count} turns`, () => turns(count))) },
  { weight: 4, arbitrary: fc.constant(step('read', (_, call) => call.read())) },
  { weight: 2, arbitrary: fc.nat(70_000).map((ms) => step(`${ms} ms pass`, ({ still }) => still.advance(ms))) },
  { weight: 1, arbitrary: fc.constant(step('abort', (_, call) => call.abort())) },
  { weight: 1, arbitrary: fc.constant(step('stop', (_, call) => call.stop())) },
  { weight: 1, arbitrary: fc.constant(step('leave', (_, call) => call.leave())) },
);

/** Lets the call come to its end, as it would by itself, with somebody who reads what comes. */
async function finish({ simStill, still, claude }: LimitHarness, call: CallUnderTest): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!call.isOver || claude.activeCalls > 0) {
    if (performance.now() > deadline) throw new Error('The call never ended.');
    simStill.advance(EVENT_MS);
    still.advance(5);
    call.read();
    await turns(2);
  }
}

describe('One call, however abort, reset and finish follow upon each other', () => {
  it('is settled once', async () => {
    const still = new ManualClock();
    const store = new BookkeepingStore(new MemoryAdmissionStore(still));
    const claude = { store, cost: { budgets: [{ name: 'all', limitUsd: 1_000, window: 'month' as const }] } };
    const latency = { firstTokenMs: EVENT_MS, perEventMs: EVENT_MS, jsonMs: 3 * EVENT_MS };
    const harness = await bootLimits({ maxConcurrent: 2 }, claude, { latency }, still);
    const { sim, records, budgets, costs, circuits } = harness;
    const seen = new Set<CallRecord['outcome']['kind']>();
    const booked = async (): Promise<readonly number[]> => {
      const { spentUsd, reservedUsd } = await budgets.get('all');
      return [Math.round(spentUsd * 1e9), Math.round(reservedUsd * 1e9), (await costs.getSummary()).requests];
    };
    const way = fc.constantFrom<Way>('json', 'stream', 'helper');
    const isOnce = async (
      how: Way,
      [first, then]: readonly [Fault | null, Fault | null],
      taken: readonly Step[],
    ): Promise<void> => {
      const rule = sim.onMessage().reply(REPLY);
      if (first !== null) rule.failWith(first);
      rule.once().thenReply(REPLY);
      if (then !== null) rule.failWith(then);
      const [spent = NaN, , entries = NaN] = await booked();
      const call = new CallUnderTest(harness, how);
      for (const take of taken) await take(harness, call);
      await finish(harness, call);
      call.abort();
      call.stop();
      await expectNoLimitHeld(harness);
      await sim.whenIdle({ allowKeepAlive: true, timeoutMs: PATIENCE_MS });

      if (records.length === 0) {
        // Aborted before the SDK made a request of it.
        expect([call.signal.aborted, sim.requests, await booked()]).toEqual([true, [], [spent, 0, entries]]);
        return;
      }
      expect(records).toHaveLength(1);
      const { outcome, costNanoUsd, attempts } = harness.record();
      expect(store.settlementsOf('budget').length).toBeGreaterThanOrEqual(attempts.length);
      expect(store.settlementsOf('budget').filter((times) => times !== 1)).toEqual([]);
      // What is known early of a limit is said again at the end, which counts for nothing.
      for (const kind of ['rate', 'slots'] as const) expect(store.settlementsOf(kind)).not.toContain(0);
      seen.add(outcome.kind);
      expect(await booked()).toEqual([spent + (costNanoUsd ?? 0), 0, entries + 1]);
      expect(getEventListeners(call.signal, 'abort')).toEqual([]);
    };
    const property = fc.asyncProperty(
      way,
      fc.tuple(ending, ending),
      fc.array(steps, { maxLength: 25, size: 'max' }),
      isOnce,
    );
    property.beforeEach(() => {
      sim.reset();
      records.length = 0;
      store.clear();
      // What broke in other runs opens no circuit for this one.
      circuits.controller(`default/${HAIKU}`).reset();
    });
    await fc.assert(property, { numRuns: RUNS });
    expect(seen).toEqual(new Set(['succeeded', 'failed', 'abandoned']));
    await expectNothingHeld(harness);
  }, 300_000);
});
