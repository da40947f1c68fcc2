import fc from 'fast-check';
import type { RateMeter, SlotMeter } from './meter.js';
import { LawWorld } from './spec-support/law-world.js';

type Step = (world: LawWorld) => void;

/** Units a minute of a meter that is full again within a few seconds, as a burst is a small share of it. */
const limit = fc.oneof(fc.integer({ min: 600, max: 60_000 }), fc.constantFrom(600, 6_000, 60_000));
const rateMeter = (key: string, isGuess: fc.Arbitrary<boolean>): fc.Arbitrary<RateMeter> =>
  fc.record({
    kind: fc.constant('rate' as const),
    key: fc.constant(key),
    label: fc.constant(key),
    limit,
    isGuess,
    refillShare: fc.constantFrom(0.93, 0.95, 1),
    burstShare: fc.constantFrom(0.01, 0.07),
    minBurst: fc.constantFrom(0, 1),
    counted: fc.constantFrom('at-start' as const, 'as-used' as const),
  });

interface Setting {
  readonly rates: readonly RateMeter[];
  readonly places: SlotMeter;
  /** Whether leases expire before they are settled. */
  readonly leasesExpire: boolean;
}

const settingOf = (isGuess: fc.Arbitrary<boolean>, leasesExpire: boolean): fc.Arbitrary<Setting> =>
  fc.record({
    rates: fc.tuple(rateMeter('requests', isGuess), rateMeter('input', isGuess), rateMeter('output', isGuess)),
    places: fc.record({
      kind: fc.constant('slots' as const),
      key: fc.constant('places'),
      label: fc.constant('places'),
      limit: fc.integer({ min: 3, max: 40 }),
    }),
    leasesExpire: fc.constant(leasesExpire),
  });

const three = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { minLength: 3, maxLength: 3 });
const which = fc.nat(60);
const share = fc.constantFrom(0, 0.1, 0.5, 0.9, 1, 1, 1);
/** What claims really cost, of what they claimed. */
const factor = fc.constantFrom(0, 0, 0.2, 0.7, 1, 1.5);
const leaseMs = fc.oneof(fc.integer({ min: 1, max: 6_000 }), fc.constant(60_000));
const pauseMs = fc.oneof(fc.nat(300), fc.nat(5_000), fc.double({ min: 0, max: 1_000, noNaN: true }));
const some = fc.oneof(fc.constant([true, true, true, true]), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }));

const calls: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 12,
    arbitrary: fc.tuple(three(fc.nat(500)), three(factor), leaseMs).map(
      ([amounts, factors, ms]): Step =>
        (world) =>
          void world.ask(amounts, factors, ms),
    ),
  },
  {
    weight: 20,
    arbitrary: fc.tuple(three(share), three(factor), leaseMs).map(
      ([shares, factors, ms]): Step =>
        (world) =>
          world.drain(shares, factors, ms),
    ),
  },
  {
    weight: 25,
    arbitrary: fc.tuple(which, some).map(
      ([of, claims]): Step =>
        (world) =>
          world.settle(of, claims),
    ),
  },
  {
    weight: 25,
    arbitrary: pauseMs.map(
      (ms): Step =>
        (world) =>
          world.advance(ms),
    ),
  },
];

const changes: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 4,
    arbitrary: fc.tuple(which, limit, fc.option(fc.nat(60_000), { nil: undefined })).map(
      ([of, named, left]): Step =>
        (world) =>
          world.learn(of, named, left),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(which, limit).map(
      ([of, chosen]): Step =>
        (world) =>
          world.configure(of, chosen),
    ),
  },
];

const steps = (of: readonly fc.WeightedArbitrary<Step>[]): fc.Arbitrary<Step[]> =>
  fc.array(fc.oneof(...of), { minLength: 20, maxLength: 100, size: 'max' });

function live({ rates, places, leasesExpire }: Setting, taken: readonly Step[], check: Step = () => {}): LawWorld {
  const world = new LawWorld(rates, places, leasesExpire);
  for (const take of taken) {
    take(world);
    check(world);
  }
  return world;
}

function expectSound(world: LawWorld): void {
  for (const { level, outstanding, burst } of world.standings()) {
    expect(level + outstanding).toBeLessThanOrEqual(burst * (1 + 1e-9));
  }
}

describe('the law of the held bucket, over three meters and places', () => {
  it('is kept in every interval, however wrong claims are, and however late or never they are settled', () => {
    fc.assert(
      fc.property(settingOf(fc.constant(false), true), steps(calls), (setting, taken) => {
        const world = live(setting, taken);
        expect(world.worstExcess()).toBeLessThanOrEqual(0);
      }),
      { numRuns: 600 },
    );
  });

  it('is kept when limits change, are learned and are brought into line with the other side', () => {
    fc.assert(
      fc.property(settingOf(fc.boolean(), true), steps([...calls, ...changes]), (setting, taken) => {
        const world = live(setting, taken);
        expect(world.worstExcess()).toBeLessThanOrEqual(0);
      }),
      { numRuns: 600 },
    );
  });

  it('never has more than a burst between what is left and what is held', () => {
    fc.assert(
      fc.property(settingOf(fc.boolean(), true), steps([...calls, ...changes]), (setting, taken) => {
        live(setting, taken, expectSound);
      }),
      { numRuns: 100 },
    );
  });

  it('holds nothing when all is settled, and fills up again', () => {
    fc.assert(
      fc.property(settingOf(fc.boolean(), true), steps([...calls, ...changes]), (setting, taken) => {
        const world = live(setting, taken);
        world.settleAll();
        expect(world.standings().map(({ outstanding }) => outstanding)).toEqual([0, 0, 0, 0]);
        world.advance(3_600_000);
        for (const { level, burst } of world.standings()) expect(level).toBeCloseTo(burst);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the wait that a denial names', () => {
  const asked = three(fc.oneof(fc.nat(60), fc.nat(600)));

  it('is enough where nothing is held, and a millisecond less is not', () => {
    fc.assert(
      fc.property(settingOf(fc.boolean(), false), steps([...calls, ...changes]), asked, (setting, taken, amounts) => {
        const world = live(setting, taken);
        world.settleAll();
        const denial = world.ask(amounts, [], Infinity);
        if (denial === null || denial.reason === 'never') return;
        const waitMs = denial.waitMs ?? NaN;
        if (waitMs > 1) {
          world.advance(waitMs - 1);
          expect(world.ask(amounts, [], Infinity)).toMatchObject({ granted: false });
        }
        world.advance(Math.min(waitMs, 1));
        expect(world.ask(amounts, [], Infinity)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('leaves nothing but a settlement to wait for where something is held', () => {
    fc.assert(
      fc.property(settingOf(fc.boolean(), false), steps([...calls, ...changes]), asked, (setting, taken, amounts) => {
        const world = live(setting, taken);
        const denial = world.ask(amounts, [], Infinity);
        if (denial === null) return;
        world.advance(denial.waitMs ?? 3_600_000);
        expect(world.ask(amounts, [], Infinity)?.waitMs ?? null).toBeNull();
        if (denial.waitMs === null) expect(world.ask(amounts, [], Infinity)).toMatchObject({ reason: denial.reason });
      }),
      { numRuns: 300 },
    );
  });
});
