import fc from 'fast-check';
import { NaiveWaitQueue } from './spec-support/naive-wait-queue.js';
import { PlainWaiter } from './spec-support/plain-waiter.js';
import { stepOf } from './spec-support/step-of.js';
import { type QueuedWaiter, WaitQueue, type Waiter } from './wait-queue.js';

const AGING_MS = 10_000;
const DIMENSIONS = 2;

/** What somebody is before it arrives. */
interface Comer {
  readonly rank: Waiter['rank'];
  readonly tenant: string;
  readonly amounts: readonly number[];
  readonly weight: number;
}

/** Counts arrivals, as a line does. */
class Arrivals {
  #count = 0;

  next({ rank, tenant, amounts, weight }: Comer, sinceMs: number): QueuedWaiter {
    return new PlainWaiter(rank, tenant, ++this.#count, sinceMs, amounts, weight);
  }
}

function comer(rank: Waiter['rank'], tenant = '', amounts: readonly number[] = [1, 100], weight = 1): Comer {
  return { rank, tenant, amounts, weight };
}

function makeQueue(fair = false): WaitQueue<QueuedWaiter> {
  return new WaitQueue({ agingMs: AGING_MS, fair, dimensions: DIMENSIONS });
}

function served(queue: WaitQueue<QueuedWaiter>, nowMs: number): number[] {
  const heads = Array.from({ length: queue.length }, () => queue.shift(nowMs));
  return heads.map((head) => head?.arrival ?? 0);
}

function arrivals(waiters: Iterable<QueuedWaiter>): number[] {
  return Array.from(waiters, ({ arrival }) => arrival);
}

function increasing(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0));
}

/** A queue and its naive twin, taken through the same steps. */
class Twins {
  readonly #queue: WaitQueue<QueuedWaiter>;
  readonly #naive: NaiveWaitQueue<QueuedWaiter>;
  readonly #arrivals = new Arrivals();
  readonly #out: QueuedWaiter[] = [];
  #nowMs = 0;

  constructor(fair: boolean) {
    this.#queue = makeQueue(fair);
    this.#naive = new NaiveWaitQueue({ agingMs: AGING_MS, fair, dimensions: DIMENSIONS });
  }

  add(who: Comer): void {
    this.#addBoth(this.#arrivals.next(who, this.#nowMs));
  }

  comeBack(which: number): void {
    const [waiter] = this.#out.splice(which % Math.max(1, this.#out.length), 1);
    if (waiter !== undefined) this.#addBoth(waiter);
  }

  remove(which: number): void {
    const waiter = this.#pick(which);
    if (waiter === undefined) return;
    expect(this.#queue.remove(waiter)).toBe(this.#naive.remove(waiter));
    expect(this.#queue.remove(waiter)).toBe(false);
    this.#out.push(waiter);
  }

  serve(which: number): void {
    const waiter = this.#pick(which);
    if (waiter === undefined) return;
    expect(this.#queue.serve(waiter)).toBe(this.#naive.serve(waiter));
    expect(this.#queue.serve(waiter)).toBe(false);
    this.#out.push(waiter);
  }

  shift(): void {
    const head = this.#naive.head(this.#nowMs);
    expect(this.#queue.shift(this.#nowMs)).toBe(head);
    if (head === undefined) return;
    this.#naive.serve(head);
    this.#out.push(head);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  drain(): void {
    const all = [...this.#naive.waiting];
    expect(arrivals(this.#queue.drain())).toEqual(arrivals(all));
    for (const waiter of all) this.#naive.remove(waiter);
    this.#out.push(...all);
  }

  compare(): void {
    const [queue, naive, nowMs] = [this.#queue, this.#naive, this.#nowMs];
    // One comparison of two texts: there are tens of thousands of them.
    const seen = [queue.length, queue.head(nowMs)?.arrival, queue.head(nowMs)?.arrival, ...arrivals(queue)];
    seen.push(...queue.ahead(0), ...queue.ahead(1), ...queue.ahead(2));
    const head = naive.head(nowMs)?.arrival;
    const expected = [naive.waiting.length, head, head, ...arrivals(naive.waiting)];
    expected.push(...naive.ahead(0), ...naive.ahead(1), ...naive.ahead(2));
    expect(seen.join(' ')).toBe(expected.join(' '));
  }

  #addBoth(waiter: QueuedWaiter): void {
    this.#queue.add(waiter);
    this.#naive.add(waiter);
  }

  #pick(which: number): QueuedWaiter | undefined {
    return this.#naive.waiting[which % Math.max(1, this.#naive.waiting.length)];
  }
}

type Step = (twins: Twins) => void;

const anyRank = fc.constantFrom<Waiter['rank'][]>(0, 1, 2);
const anyComer: fc.Arbitrary<Comer> = fc.record({
  rank: anyRank,
  tenant: fc.constantFrom('', 'a', 'b', 'c', 'd'),
  amounts: fc.tuple(fc.nat(3), fc.nat(50_000)),
  weight: fc.oneof(fc.nat(4), fc.nat(100)),
});
const which = fc.nat(1_000);
/** Often none, sometimes exactly what lifts a rank, sometimes more than any time that matters. */
const pauseMs = fc.oneof(fc.nat(4_000), fc.constantFrom(1, AGING_MS, 2 * AGING_MS, 100_000));

const step: fc.Arbitrary<Step> = fc.oneof(
  stepOf(50, anyComer, (twins: Twins, who) => twins.add(who)),
  stepOf(15, which, (twins: Twins, value) => twins.comeBack(value)),
  stepOf(15, which, (twins: Twins, value) => twins.remove(value)),
  stepOf(5, which, (twins: Twins, value) => twins.serve(value)),
  stepOf(30, fc.constant(null), (twins: Twins) => twins.shift()),
  stepOf(15, pauseMs, (twins: Twins, ms) => twins.advance(ms)),
  stepOf(1, fc.constant(null), (twins: Twins) => twins.drain()),
);

describe.each([
  ['in order of arrival', false],
  ['with tenants taking turns', true],
])('a wait queue %s, whatever happens to it', (_, fair) => {
  it('does what its naive twin does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        const twins = new Twins(fair);
        for (const take of steps) {
          take(twins);
          twins.compare();
        }
      }),
      { numRuns: 200 },
    );
  });

  it('lets nobody who comes overtake a head that ranks as high, however little is asked', () => {
    fc.assert(
      fc.property(
        fc.array(anyComer, { minLength: 1 }),
        fc.array(anyComer),
        fc.nat(9),
        pauseMs,
        (crowd, late, take, ms) => {
          const queue = makeQueue(fair);
          const arriving = new Arrivals();
          for (const who of crowd) queue.add(arriving.next(who, 0));
          for (let taken = 0; taken < Math.min(take, crowd.length - 1); taken++) queue.shift(0);
          const head = queue.head(ms);
          const rankByNow = Math.max(0, (head?.rank ?? 0) - Math.floor(ms / AGING_MS));
          for (const who of late) {
            if (who.rank >= rankByNow) queue.add(arriving.next({ ...who, amounts: [0, 0], weight: 0 }, ms));
            expect(queue.head(ms)).toBe(head);
          }
        },
      ),
    );
  });

  it('shows no trace of those who gave up', () => {
    const visit = fc.record({ who: anyComer, isVisitor: fc.boolean(), waitsMs: fc.nat(3_000) });
    fc.assert(
      fc.property(fc.array(visit, { minLength: 1, maxLength: 60 }), (visits) => {
        const [visited, calm] = [makeQueue(fair), makeQueue(fair)];
        const arriving = new Arrivals();
        const visitors: QueuedWaiter[] = [];
        let nowMs = 0;
        for (const { who, isVisitor, waitsMs } of visits) {
          const tenant = isVisitor ? `visitor ${who.tenant}` : who.tenant;
          const waiter = arriving.next({ ...who, tenant }, nowMs);
          visited.add(waiter);
          if (isVisitor) visitors.push(waiter);
          else calm.add(new PlainWaiter(who.rank, tenant, waiter.arrival, nowMs, who.amounts, who.weight));
          nowMs += waitsMs;
        }
        for (const waiter of visitors) expect(visited.remove(waiter)).toBe(true);
        expect(visited.length).toBe(calm.length);
        expect(arrivals(visited)).toEqual(arrivals(calm));
        for (const rank of [0, 1, 2] as const) expect(visited.ahead(rank)).toEqual(calm.ahead(rank));
        expect(served(visited, nowMs)).toEqual(served(calm, nowMs));
      }),
    );
  });

  it('serves the rest of 10,000 in order when a random third gave up', () => {
    const queue = makeQueue(fair);
    const arriving = new Arrivals();
    const all = Array.from({ length: 10_000 }, () => arriving.next(comer(1), 0));
    for (const waiter of all) queue.add(waiter);
    const gone = new Set(fc.sample(fc.shuffledSubarray(all, { minLength: 3_333, maxLength: 3_333 }), 1)[0]);
    for (const waiter of gone) expect(queue.remove(waiter)).toBe(true);
    expect(queue.length).toBe(6_667);
    expect(queue.ahead(1)).toEqual([6_667, 666_700]);
    expect(served(queue, 0)).toEqual(arrivals(all.filter((waiter) => !gone.has(waiter))));
    expect(queue.ahead(2)).toEqual([0, 0]);
  });
});

describe('a wait queue', () => {
  it('serves ranks from interactive to background, each in order of arrival', () => {
    const queue = makeQueue();
    const arriving = new Arrivals();
    for (const rank of [2, 1, 0, 2, 0, 1] as const) queue.add(arriving.next(comer(rank), 0));
    expect(arrivals(queue)).toEqual([3, 5, 2, 6, 1, 4]);
    expect(served(queue, 0)).toEqual([3, 5, 2, 6, 1, 4]);
    expect([queue.length, queue.head(0), queue.shift(0)]).toEqual([0, undefined, undefined]);
  });

  it('is first come, first served inside a rank, whoever comes back', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ rank: anyRank, returns: fc.boolean() }), { maxLength: 60 }), (comers) => {
        const queue = makeQueue();
        const arriving = new Arrivals();
        const late: QueuedWaiter[] = [];
        for (const { rank, returns } of comers) {
          const waiter = arriving.next(comer(rank), 0);
          if (returns) late.push(waiter);
          else queue.add(waiter);
        }
        for (const waiter of late.toReversed()) queue.add(waiter);
        const order = Array.from({ length: comers.length }, () => queue.shift(0));
        for (const rank of [0, 1, 2]) {
          const ofRank = order.flatMap((waiter) => (waiter?.rank === rank ? [waiter.arrival] : []));
          expect(ofRank).toHaveLength(comers.filter((each) => each.rank === rank).length);
          expect(increasing(ofRank)).toBe(true);
        }
      }),
    );
  });

  it('counts a waiter one rank higher for each full aging time', () => {
    const queue = makeQueue();
    const arriving = new Arrivals();
    const background = arriving.next(comer(2), 0);
    queue.add(background);
    const normal = arriving.next(comer(1), 5_000);
    queue.add(normal);
    expect(queue.head(AGING_MS - 1)).toBe(normal);
    expect(queue.head(AGING_MS)).toBe(background);
    const interactive = arriving.next(comer(0), AGING_MS);
    queue.add(interactive);
    expect(queue.head(AGING_MS)).toBe(interactive);
    expect(queue.head(15_000)).toBe(normal);
    expect(queue.head(2 * AGING_MS)).toBe(background);
    expect(queue.head(1e9)).toBe(background);
  });

  it('serves a background waiter under a stream of interactive ones that never ends', () => {
    const queue = makeQueue();
    const arriving = new Arrivals();
    const background = arriving.next(comer(2), 0);
    queue.add(background);
    let nowMs = 0;
    for (let next: QueuedWaiter | undefined; next !== background && nowMs < 100_000; nowMs += 100) {
      queue.add(arriving.next(comer(0), nowMs));
      queue.add(arriving.next(comer(0), nowMs));
      next = queue.shift(nowMs);
    }
    expect(nowMs - 100).toBe(2 * AGING_MS);
  });

  it('serves nobody before one who came more than two aging times earlier, whatever the ranks', () => {
    const happening = fc.record({ rank: anyRank, afterMs: fc.nat(9_000), shifts: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 80, size: 'max' }), (happenings) => {
        const queue = makeQueue();
        const arriving = new Arrivals();
        let nowMs = 0;
        for (const { rank, afterMs, shifts } of happenings) {
          nowMs += afterMs;
          queue.add(arriving.next(comer(rank), nowMs));
          for (let shift = 0; shift < shifts; shift++) {
            const next = queue.shift(nowMs);
            const earliestMs = Math.min(...Array.from(queue, ({ sinceMs }) => sinceMs));
            expect((next?.sinceMs ?? 0) - earliestMs).toBeLessThanOrEqual(2 * AGING_MS);
          }
        }
      }),
    );
  });

  it('never ages anybody where the aging time is infinite', () => {
    const queue = new WaitQueue({ agingMs: Infinity, fair: false, dimensions: 1 });
    const arriving = new Arrivals();
    queue.add(arriving.next(comer(1), 0));
    const interactive = arriving.next(comer(0), 1e12);
    queue.add(interactive);
    expect(queue.head(1e12)).toBe(interactive);
  });

  it('tells what is asked ahead, in numbers that come back to zero', () => {
    const queue = makeQueue();
    const arriving = new Arrivals();
    // Summed up and subtracted again, these leave 1.1e-16.
    const fractions = [0.1, 0.2, 0.3].map((amount) => arriving.next(comer(1, '', [amount, amount]), 0));
    for (const waiter of fractions) queue.add(waiter);
    expect(queue.ahead(0)).toEqual([0, 0]);
    expect(queue.ahead(1)[0]).toBeCloseTo(0.6);
    for (const waiter of fractions) queue.remove(waiter);
    expect(queue.ahead(2)).toEqual([0, 0]);
  });

  it('fills the array it is given with what is asked ahead', () => {
    const queue = makeQueue();
    queue.add(new Arrivals().next(comer(0, '', [2, 3]), 0));
    const sums = [7, 7];
    expect(queue.ahead(0, sums)).toBe(sums);
    expect(sums).toEqual([2, 3]);
  });

  it('can be thinned out while somebody goes through it', () => {
    const queue = makeQueue();
    const arriving = new Arrivals();
    const all = Array.from({ length: 6 }, () => arriving.next(comer(1), 0));
    for (const waiter of all) queue.add(waiter);
    const seen: number[] = [];
    for (const waiter of queue) {
      seen.push(waiter.arrival);
      queue.remove(waiter);
      const next = all[waiter.arrival];
      if (waiter.arrival === 3 && next !== undefined) queue.remove(next);
    }
    expect(seen).toEqual([1, 2, 3, 5, 6]);
    expect(queue.length).toBe(0);
  });

  it('refuses one that waits already, and knows none of another queue', () => {
    const [queue, other] = [makeQueue(), makeQueue()];
    const waiter = new Arrivals().next(comer(1), 0);
    queue.add(waiter);
    expect(() => other.add(waiter)).toThrow('in a queue already');
    expect([other.remove(waiter), other.serve(waiter), queue.length, other.length]).toEqual([false, false, 1, 0]);
    queue.remove(waiter);
    other.add(waiter);
    expect([queue.length, other.length]).toEqual([0, 1]);
  });
});
