import fc from 'fast-check';
import { ManualClock } from '../testing/clock/manual-clock.js';
import type { Lease, Observation } from './admission-store.js';
import { MemoryAdmissionStore } from './memory-store.js';
import type { Meter, RateMeter, Standing } from './meter.js';
import { NaiveStore, type NaiveLease } from './spec-support/naive-store.js';

interface Pair {
  readonly real: Lease;
  readonly naive: NaiveLease;
}

/** Limits of which an even number of eighths flows in a millisecond: all levels are exact, so that no claim hangs on rounding. */
const limit = fc.constantFrom(7_500, 60_000, 120_000, 240_000);
const rateMeter = (key: string): fc.Arbitrary<RateMeter> =>
  fc.record({
    kind: fc.constant('rate' as const),
    key: fc.constant(key),
    label: fc.constant(`units per minute of ${key}`),
    limit,
    isGuess: fc.boolean(),
    refillShare: fc.constantFrom(0.5, 1),
    burstShare: fc.constantFrom(1 / 1024, 1 / 128, 1 / 32),
    minBurst: fc.constantFrom(0, 1, 100),
    counted: fc.constantFrom('at-start' as const, 'as-used' as const),
  });
const slotMeter = fc.record({
  kind: fc.constant('slots' as const),
  key: fc.constant('places'),
  label: fc.constant('places'),
  limit: fc.integer({ min: 1, max: 4 }),
});

/** A memory store and its naive twin, taken through the same steps. */
class Twins {
  readonly clock = new ManualClock();
  readonly store = new MemoryAdmissionStore(this.clock);
  readonly naive = new NaiveStore();
  readonly pairs: Pair[] = [];

  constructor(readonly meters: Meter[]) {
    for (const meter of meters) this.#use(meter);
  }

  acquire(asks: readonly (readonly [which: number, amount: number])[], leaseMs: number, force: boolean): void {
    const meters = asks.map(([which]) => this.#meter(which));
    const amounts = asks.map(([, amount], i) => (meters[i]?.kind === 'slots' ? amount % 3 : amount));
    const claims = { meters, amounts };
    const reasons = this.naive.reasons(claims);
    const naive = this.naive.acquire(claims, { leaseMs, force });
    const real = this.store.acquire(claims, { leaseMs, force });
    expect(real.granted).toBe(naive !== null);
    if (!real.granted) expect(reasons).toContain(real.reason);
    if (real.granted && naive !== null) this.pairs.push({ real, naive });
  }

  settle(which: number, used: readonly (number | null)[]): void {
    this.#with(which, ({ real, naive }) => {
      const amounts = real.claims.meters.map((_, i) => used[i] ?? null);
      this.store.settle(real, amounts);
      this.naive.settle(naive, amounts);
    });
  }

  renew(which: number, leaseMs: number): void {
    this.#with(which, ({ real, naive }) => {
      this.store.renew([real], leaseMs);
      this.naive.renew(naive, leaseMs);
    });
  }

  observe(which: number, observation: Omit<Observation, 'meter'>, since: number): void {
    const pair = this.pairs[since];
    const observed = { ...observation, meter: this.#meter(which) };
    this.store.observe([observed], pair?.real);
    this.naive.observe(observed, pair?.naive);
  }

  describe(which: number, meter: Meter): void {
    if (meter.kind !== this.#meter(which).kind) return;
    this.meters[which % this.meters.length] = { ...meter, key: this.#meter(which).key };
    this.#use(this.#meter(which));
  }

  advance(ms: number): void {
    this.clock.advance(ms);
    this.naive.advance(ms);
  }

  compare(): void {
    const standings = this.store.standing(this.meters);
    expect(standings.map(textOf).join('; ')).toBe(this.meters.map(({ key }) => this.naive.standing(key)).join('; '));
  }

  #use(meter: Meter): void {
    this.store.observe([{ meter }]);
    this.naive.use(meter);
  }

  #meter(which: number): Meter {
    const meter = this.meters[which % this.meters.length];
    if (meter === undefined) throw new Error('There are always meters.');
    return meter;
  }

  #with(which: number, act: (pair: Pair) => void): void {
    const pair = this.pairs[which % Math.max(1, this.pairs.length)];
    if (pair !== undefined) act(pair);
  }
}

function textOf({ burst, learnedLimit, level, outstanding, closedForMs, closedBy }: Standing): string {
  return [burst, learnedLimit, level, outstanding, closedForMs, closedBy].join(' ');
}

type Step = (twins: Twins) => void;

const which = fc.nat(50);
const amount = fc.oneof(fc.nat(60), fc.nat(2_000));
const pauseMs = fc.oneof(fc.nat(20), fc.nat(2_000));
const leaseMs = fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.constant(Infinity));
const used = fc.array(fc.option(amount, { freq: 3 }), { minLength: 4, maxLength: 4 });
const closed = fc.record({
  forMs: fc.constantFrom(0, 5, 100, Infinity),
  by: fc.constantFrom('pause' as const, 'retry-after' as const, 'spend' as const),
});
const observation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ limit, remaining: fc.option(fc.nat(4_000), { nil: undefined }) }) },
  { weight: 3, arbitrary: fc.record({ remaining: fc.nat(4_000) }) },
  { weight: 1, arbitrary: fc.record({ limit: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ closed }) },
);
const asks = fc.array(fc.tuple(which, amount), { maxLength: 4 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 45,
    arbitrary: fc.tuple(asks, leaseMs, fc.integer({ min: 0, max: 9 })).map(
      ([of, forMs, dice]): Step =>
        (twins) =>
          twins.acquire(of, forMs, dice === 0),
    ),
  },
  {
    weight: 45,
    arbitrary: fc.tuple(which, used).map(
      ([of, with_]): Step =>
        (twins) =>
          twins.settle(of, with_),
    ),
  },
  {
    weight: 10,
    arbitrary: fc.tuple(which, leaseMs).map(
      ([of, forMs]): Step =>
        (twins) =>
          twins.renew(of, forMs),
    ),
  },
  {
    weight: 15,
    arbitrary: fc.tuple(which, observation, which).map(
      ([of, what, since]): Step =>
        (twins) =>
          twins.observe(of, what, since),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(which, fc.oneof(rateMeter('anew'), slotMeter)).map(
      ([of, meter]): Step =>
        (twins) =>
          twins.describe(of, meter),
    ),
  },
  {
    weight: 40,
    arbitrary: pauseMs.map(
      (ms): Step =>
        (twins) =>
          twins.advance(ms),
    ),
  },
);

const meters = fc.tuple(rateMeter('requests'), rateMeter('input'), rateMeter('output'), slotMeter);

describe('a memory store, whatever happens to it', () => {
  it('does what its naive twin does', () => {
    fc.assert(
      fc.property(meters, fc.array(step, { maxLength: 80, size: 'max' }), (chosen, steps) => {
        const twins = new Twins([...chosen]);
        for (const take of steps) {
          take(twins);
          twins.compare();
        }
      }),
      { numRuns: 300 },
    );
  });
});
