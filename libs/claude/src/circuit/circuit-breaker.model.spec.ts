import fc from 'fast-check';
import type { CircuitResult, CircuitTicket } from './circuit-ticket.js';
import type { CircuitSettings } from './circuit.options.js';
import { CircuitHarness } from './spec-support/circuit-harness.js';
import { NaiveCircuit, type NaiveTicket } from './spec-support/naive-circuit.js';

/** A call under way, in both worlds; `null` where shadow mode let it through. */
interface Pair {
  readonly real: CircuitTicket;
  readonly naive: NaiveTicket | null;
}

/** One circuit and its naive twin, taken through the same steps. */
class Twins {
  readonly harness: CircuitHarness;
  readonly naive: NaiveCircuit;
  readonly underWay: Pair[] = [];

  constructor(
    readonly settings: CircuitSettings,
    chances: readonly number[],
  ) {
    let drawn = 0;
    this.harness = new CircuitHarness(settings, () => chances[drawn++ % chances.length] ?? 0);
    this.naive = new NaiveCircuit(settings);
  }

  acquire(leaseMs: number): void {
    const real = this.harness.circuit.tryAcquire(leaseMs);
    const naive = this.naive.acquire(leaseMs);
    const letThrough = naive !== null || this.settings.mode === 'shadow';
    expect(real !== null).toBe(letThrough);
    expect(real?.isProbe ?? false).toBe(naive !== null && naive.expiresAtMs !== null);
    if (real !== null) this.underWay.push({ real, naive });
  }

  result(which: number, result: CircuitResult, slow: boolean): void {
    const pair = this.underWay[which % Math.max(1, this.underWay.length)];
    if (pair === undefined) return;
    pair.real.result(result, slow);
    if (pair.naive === null || !this.naive.result(pair.naive, result, slow)) return;
    const { openForMs } = this.harness.circuit.snapshot();
    if (openForMs === null) throw new Error('The circuit should have opened.');
    this.naive.open(openForMs);
    const { baseOpenMs, maxOpenMs } = this.settings;
    const middleMs = Math.min(maxOpenMs, baseOpenMs * 2 ** (this.naive.openings - 1));
    expect(openForMs / middleMs).toBeGreaterThanOrEqual(0.8);
    expect(openForMs / middleMs).toBeLessThanOrEqual(1.2);
  }

  /** A caller that never says how its call ended. */
  abandon(which: number): void {
    this.underWay.splice(which % Math.max(1, this.underWay.length), 1);
  }

  advance(ms: number): void {
    this.harness.clock.advance(ms);
    this.naive.nowMs += ms;
  }

  byHand(action: 'isolate' | 'close' | 'reset'): void {
    this.harness.circuit[action]();
    this.naive[action]();
  }

  compare(): void {
    const { naive, settings } = this;
    const { window } = naive;
    const shadow = settings.mode === 'shadow';
    const snapshot = this.harness.circuit.snapshot();
    expect(snapshot.permitsOut).toBeLessThanOrEqual(settings.permittedCallsInHalfOpen);
    // One comparison of two texts: there are tens of thousands of them.
    const seen: unknown[] = [
      snapshot.state,
      snapshot.calls,
      snapshot.failures,
      snapshot.slow,
      snapshot.consecutiveFailures,
    ];
    seen.push(snapshot.openings, snapshot.permitsOut, snapshot.refused, snapshot.shadowRefused);
    seen.push(this.harness.circuit.refusal() !== null);
    const expected = [
      naive.seenPhase,
      window.length,
      window.filter(({ failed }) => failed).length,
      window.filter(({ slow }) => slow).length,
      naive.failuresInRow,
      naive.seenOpenings,
      naive.probesOut,
      shadow ? 0 : naive.refusals,
      shadow ? naive.refusals : 0,
      !shadow && naive.wouldRefuse,
    ];
    expect(seen.join(' ')).toBe(expected.join(' '));
  }
}

type Step = (twins: Twins) => void;

const result = fc.constantFrom<CircuitResult>('success', 'success', 'failure', 'failure', 'neutral');
/** So that often nothing passes between two steps, and sometimes more than any time that matters. */
const pauseMs = fc.oneof(fc.nat({ max: 1_500 }), fc.constantFrom(1, 1_000, 12_000, 20_000));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.integer({ min: 1, max: 8_000 }).map(
      (ms): Step =>
        (twins) =>
          twins.acquire(ms),
    ),
  },
  {
    weight: 50,
    arbitrary: fc.tuple(fc.nat(50), result, fc.boolean()).map(
      ([which, kind, slow]): Step =>
        (twins) =>
          twins.result(which, kind, slow),
    ),
  },
  {
    // A call that ends at once: what fills windows and closes circuits.
    weight: 40,
    arbitrary: result.map((kind): Step => (twins) => {
      const before = twins.underWay.length;
      twins.acquire(1_000);
      if (twins.underWay.length > before) twins.result(before, kind, false);
    }),
  },
  {
    weight: 5,
    arbitrary: fc.nat(50).map(
      (which): Step =>
        (twins) =>
          twins.abandon(which),
    ),
  },
  {
    weight: 25,
    arbitrary: pauseMs.map(
      (ms): Step =>
        (twins) =>
          twins.advance(ms),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((twins) => twins.byHand('isolate')) },
  { weight: 2, arbitrary: fc.constant<Step>((twins) => twins.byHand('close')) },
  { weight: 1, arbitrary: fc.constant<Step>((twins) => twins.byHand('reset')) },
);

const settings: fc.Arbitrary<CircuitSettings> = fc.record({
  windowMs: fc.constant(12_000),
  baseOpenMs: fc.constant(1_000),
  maxOpenMs: fc.constant(6_000),
  healthyAfterMs: fc.constant(20_000),
  slowCallRateThreshold: fc.constantFrom(0.3, 0.8),
  failureRateThreshold: fc.constantFrom(0.3, 0.5, 1),
  minimumNumberOfCalls: fc.integer({ min: 1, max: 6 }),
  consecutiveFailures: fc.integer({ min: 1, max: 5 }),
  permittedCallsInHalfOpen: fc.integer({ min: 1, max: 3 }),
  successesToClose: fc.integer({ min: 1, max: 3 }),
  shareOpenings: fc.constant(false),
  mode: fc.constantFrom('enforce' as const, 'enforce' as const, 'shadow' as const),
});

const chances = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 });

describe('a circuit, whatever happens to it', () => {
  it('does what its naive twin does', () => {
    fc.assert(
      fc.property(settings, chances, fc.array(step, { maxLength: 120, size: 'max' }), (chosen, drawn, steps) => {
        const twins = new Twins(chosen, drawn);
        for (const take of steps) {
          take(twins);
          twins.compare();
        }
      }),
      { numRuns: 150 },
    );
  });
});
