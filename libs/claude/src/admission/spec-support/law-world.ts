import { ManualClock } from '../../testing/clock/manual-clock.js';
import type { Denial, Lease } from '../admission-store.js';
import { MemoryAdmissionStore } from '../memory-store.js';
import type { Claims, Meter, RateMeter, SlotMeter, Standing } from '../meter.js';
import { LawBook } from './law-book.js';

/** Claims granted, and what they will turn out to have cost. */
interface Granted {
  readonly lease: Lease;
  readonly actual: readonly number[];
  readonly written: readonly (() => void)[];
  readonly settled: Set<number>;
}

/** A store under a virtual clock, and books of all it grants. */
export class LawWorld {
  readonly clock = new ManualClock();
  readonly store = new MemoryAdmissionStore(this.clock);
  readonly rates: RateMeter[];
  readonly #granted: Granted[] = [];
  readonly #books: readonly LawBook[];

  constructor(
    rates: readonly RateMeter[],
    readonly places: SlotMeter,
    private readonly leasesExpire: boolean,
  ) {
    this.rates = [...rates];
    this.#books = rates.map(() => new LawBook());
    this.#lookAround();
  }

  /** Asks for so much of each meter and one place; `factors` of it is what it will have cost. */
  ask(amounts: readonly number[], factors: readonly number[], leaseMs: number): Denial | null {
    const before = this.standings();
    const answer = this.store.acquire(this.#claims(amounts), { leaseMs: this.leasesExpire ? leaseMs : Infinity });
    if (!answer.granted) return answer;
    const actual = amounts.map((amount, i) => amount * (factors[i] ?? 1));
    const written = this.#books.map((book, i) => book.grant(amounts[i] ?? 0, actual[i] ?? 0, before[i]?.burst ?? 0));
    this.#granted.push({ lease: answer, actual: [...actual, 1], written: [...written, () => {}], settled: new Set() });
    return null;
  }

  /** Asks for a share of all that is there. */
  drain(shares: readonly number[], factors: readonly number[], leaseMs: number): void {
    const levels = this.standings()
      .slice(0, this.rates.length)
      .map(({ level }) => Math.max(0, level));
    this.ask(
      levels.map((level, i) => level * (shares[i] ?? 1)),
      factors,
      leaseMs,
    );
  }

  /** Settles some claims of any lease there ever was, and then once more for nothing. */
  settle(which: number, some: readonly boolean[]): void {
    const granted = this.#granted[which % Math.max(1, this.#granted.length)];
    if (granted === undefined) return;
    const used = granted.actual.map((actual, i) => (some[i] === true ? actual : null));
    this.store.settle(granted.lease, used);
    this.store.settle(
      granted.lease,
      used.map((actual) => (actual === null ? null : 0)),
    );
    used.forEach((actual, i) => {
      if (actual === null || granted.settled.has(i)) return;
      granted.settled.add(i);
      granted.written[i]?.();
    });
  }

  settleAll(): void {
    this.#granted.forEach((_, which) => this.settle(which, [true, true, true, true]));
  }

  advance(ms: number): void {
    this.standings().forEach(({ ratePerMs }, i) => this.#books[i]?.flow(ratePerMs * ms));
    this.clock.advance(ms);
  }

  /** The other side names a limit, and maybe what is left. What a guess is raised by is written down as if it had flowed. */
  learn(which: number, limit: number, remaining: number | undefined): void {
    const i = which % this.rates.length;
    const meter = this.rates[i];
    const before = this.standings()[i];
    if (meter === undefined || before === undefined) return;
    this.store.observe([{ meter, limit, ...(remaining === undefined ? {} : { remaining }) }]);
    const after = this.standings()[i] ?? before;
    if (meter.isGuess && before.learnedLimit === null) this.#books[i]?.flow(Math.max(0, after.level - before.level));
    else if (after.level > before.level) throw new Error('Nothing that is told of a known limit raises a level.');
  }

  /** Somebody configures another limit. */
  configure(which: number, limit: number): void {
    const i = which % this.rates.length;
    const meter = this.rates[i];
    if (meter !== undefined) this.rates[i] = { ...meter, limit };
    this.#lookAround();
  }

  standings(): readonly Standing[] {
    return this.store.standing([...this.rates, this.places]);
  }

  /** Units by which the law was broken; none is below 0. */
  worstExcess(): number {
    return Math.max(...this.#books.map((book) => book.worstExcess()));
  }

  #claims(amounts: readonly number[]): Claims {
    return {
      meters: [...this.rates, this.places],
      amounts: [...this.rates.map((_, i) => amounts[i] ?? 0), 1],
    };
  }

  #lookAround(): void {
    const meters: Meter[] = [...this.rates, this.places];
    this.store.observe(meters.map((meter) => ({ meter })));
  }
}
