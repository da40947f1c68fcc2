import fc from 'fast-check';
import { ManualClock } from '../testing/clock/manual-clock.js';
import type { Lease } from './admission-store.js';
import { MemoryAdmissionStore } from './memory-store.js';
import type { BudgetMeter, Standing } from './meter.js';
import { stepOf } from './spec-support/step-of.js';

function budget(key: string, isHard: boolean): BudgetMeter {
  return { kind: 'budget', key, label: key, limit: 1_000, isHard, rollingMs: null, keepMs: 1e9 };
}

const BUDGETS = [budget('global', true), budget('user', true), budget('feature', false)];

/** One claim of a lease, as plainly as its money can be followed. */
interface Paid {
  readonly meter: BudgetMeter;
  readonly claimed: number;
  /** `null` as long as it is held. */
  spent: number | null;
}

interface Granted {
  readonly lease: Lease;
  readonly paid: readonly Paid[];
  expiresAtMs: number;
  /** A settlement that came after it had expired corrects what was counted for it, once. */
  readonly settled: Set<Paid>;
}

/** A store with three budgets, and a book of where the money went. */
class Treasury {
  readonly #clock = new ManualClock();
  readonly #store = new MemoryAdmissionStore(this.#clock);
  readonly #granted: Granted[] = [];

  acquire(amounts: readonly (number | null)[], leaseMs: number): void {
    const paid = BUDGETS.flatMap((meter, index): Paid[] => {
      const claimed = amounts[index] ?? null;
      return claimed === null ? [] : [{ meter, claimed, spent: null }];
    });
    const fits = paid.every(
      ({ meter, claimed }) => !this.#isHard(meter.key) || this.#sum(meter.key) + claimed <= 1_000,
    );
    const claims = { meters: paid.map(({ meter }) => meter), amounts: paid.map(({ claimed }) => claimed) };
    const answer = this.#store.acquire(claims, { leaseMs });
    expect(answer.granted).toBe(fits);
    if (!answer.granted) return;
    this.#granted.push({ lease: answer, paid, expiresAtMs: this.#clock.now() + leaseMs, settled: new Set() });
  }

  /** Settles some claims of a lease at a share of each, as often as it is told to. */
  settle(which: number, shares: readonly (number | null)[], times: number): void {
    const granted = this.#granted[which % Math.max(1, this.#granted.length)];
    if (granted === undefined) return;
    const used = granted.paid.map(({ claimed }, index) => {
      const share = shares[index] ?? null;
      return share === null ? null : Math.round(claimed * share);
    });
    for (let time = 0; time < times; time += 1) {
      // Whatever a further settlement says, the first one counts.
      this.#store.settle(
        granted.lease,
        used.map((amount) => (amount === null ? null : amount + time)),
      );
    }
    used.forEach((amount, index) => this.#book(granted, granted.paid[index], amount));
  }

  renew(which: number, leaseMs: number): void {
    const granted = this.#granted[which % Math.max(1, this.#granted.length)];
    if (granted === undefined) return;
    this.#store.renew([granted.lease], leaseMs);
    if (granted.paid.some(({ spent }) => spent === null)) granted.expiresAtMs = this.#clock.now() + leaseMs;
  }

  advance(ms: number): void {
    this.#clock.advance(ms);
    for (const { paid, expiresAtMs } of this.#granted) {
      if (expiresAtMs > this.#clock.now()) continue;
      for (const each of paid) each.spent ??= each.claimed;
    }
  }

  /** Everybody settles, at last. */
  settleAll(): void {
    for (let which = 0; which < this.#granted.length; which += 1) this.settle(which, [0.5, 0.5, 0.5], 1);
  }

  standings(): readonly Standing[] {
    return this.#store.standing(BUDGETS);
  }

  /** What is spent and what is held of a budget, by the book. */
  booked(key: string): { spent: number; held: number } {
    const paid = this.#granted.flatMap((each) => each.paid).filter(({ meter }) => meter.key === key);
    return {
      spent: paid.reduce((sum, { spent }) => sum + (spent ?? 0), 0),
      held: paid.reduce((sum, { spent, claimed }) => sum + (spent === null ? claimed : 0), 0),
    };
  }

  #book(granted: Granted, paid: Paid | undefined, amount: number | null): void {
    if (paid === undefined || amount === null || granted.settled.has(paid)) return;
    granted.settled.add(paid);
    paid.spent = amount;
  }

  #isHard(key: string): boolean {
    return BUDGETS.some((each) => each.key === key && each.isHard);
  }

  #sum(key: string): number {
    const { spent, held } = this.booked(key);
    return spent + held;
  }
}

/** One comparison of two texts: there are tens of thousands of them. */
function expectConserved(treasury: Treasury): void {
  const standings = treasury.standings();
  const real = standings.map(({ limit, level, outstanding }) => `${limit - level - outstanding} ${outstanding}`);
  const booked = BUDGETS.map(({ key }) => treasury.booked(key)).map(({ spent, held }) => `${spent} ${held}`);
  expect(real.join('; ')).toBe(booked.join('; '));
  expect(standings.filter(({ level }, index) => level < 0 && BUDGETS[index]?.isHard)).toEqual([]);
}

type Step = (treasury: Treasury) => void;

const which = fc.nat(40);
const amount = fc.option(fc.oneof(fc.nat(60), fc.nat(600)), { freq: 4 });
const share = fc.option(fc.constantFrom(0, 0.3, 1), { freq: 4 });
const leaseMs = fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constant(Infinity));
const three = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { minLength: 3, maxLength: 3 });

const step: fc.Arbitrary<Step> = fc.oneof(
  stepOf(40, fc.tuple(three(amount), leaseMs), (treasury: Treasury, [amounts, ms]) => treasury.acquire(amounts, ms)),
  stepOf(40, fc.tuple(which, three(share), fc.integer({ min: 1, max: 2 })), (treasury: Treasury, [of, shares, times]) =>
    treasury.settle(of, shares, times),
  ),
  stepOf(8, fc.tuple(which, leaseMs), (treasury: Treasury, [of, ms]) => treasury.renew(of, ms)),
  stepOf(30, fc.nat(200), (treasury: Treasury, ms) => treasury.advance(ms)),
);

describe('the money of several budgets, decided together', () => {
  it('is what was settled and what lapsed, plus what is held, and within a hard limit after every step', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const treasury = new Treasury();
        for (const take of steps) {
          take(treasury);
          expectConserved(treasury);
        }
        treasury.settleAll();
        expectConserved(treasury);
        expect(treasury.standings().map(({ outstanding }) => outstanding)).toEqual([0, 0, 0]);
      }),
      { numRuns: 200 },
    );
  });
});
