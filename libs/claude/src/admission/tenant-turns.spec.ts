import fc from 'fast-check';
import type { QueuedWaiter } from './queued-waiter.js';
import { PlainWaiter } from './spec-support/plain-waiter.js';
import { TenantTurns } from './tenant-turns.js';

/** One rank whose tenants take turns, and what each was served. */
class Turns {
  readonly turns = new TenantTurns<QueuedWaiter>();
  readonly waiting = new Set<QueuedWaiter>();
  readonly #counts = new Map<string, number>();
  #arrivals = 0;

  add(tenant: string, weight = 1): QueuedWaiter {
    const waiter = new PlainWaiter(1, tenant, ++this.#arrivals, 0, [], weight);
    this.turns.add(waiter);
    this.waiting.add(waiter);
    this.#counts.set(tenant, this.#count(tenant) + 1);
    return waiter;
  }

  remove(waiter: QueuedWaiter): void {
    this.turns.remove(waiter);
    this.#left(waiter);
  }

  serve(): QueuedWaiter {
    const { first } = this.turns;
    if (first === null) throw new Error('Nobody waits.');
    this.turns.serve(first);
    this.#left(first);
    return first;
  }

  /** The tenants of the next so many. */
  next(count: number): string {
    return Array.from({ length: count }, () => this.serve().tenant).join('');
  }

  waits(tenant: string): boolean {
    return this.#count(tenant) > 0;
  }

  #left(waiter: QueuedWaiter): void {
    this.waiting.delete(waiter);
    this.#counts.set(waiter.tenant, this.#count(waiter.tenant) - 1);
  }

  #count(tenant: string): number {
    return this.#counts.get(tenant) ?? 0;
  }
}

/** What one tenant was served more than another, as long as both wait. */
class Difference {
  /** The most by which it changed within any period so far. */
  worst = 0;
  #now = 0;
  #least = 0;
  #most = 0;

  constructor(
    readonly one: string,
    readonly other: string,
  ) {}

  serve({ tenant, weight }: QueuedWaiter): void {
    if (tenant === this.one) this.#now += weight;
    if (tenant === this.other) this.#now -= weight;
    this.#least = Math.min(this.#least, this.#now);
    this.#most = Math.max(this.#most, this.#now);
    this.worst = Math.max(this.worst, this.#most - this.#least);
  }

  restart(): void {
    this.#now = 0;
    this.#least = 0;
    this.#most = 0;
  }
}

const TENANTS = ['a', 'b', 'c'];
const HEAVIEST = 100;

/** Each tenant has weights of its own kind, and often many waiting at once. */
const anyTenant = fc.constantFrom(...TENANTS);
const weightOf: Record<string, fc.Arbitrary<number>> = {
  a: fc.integer({ min: 80, max: HEAVIEST }),
  b: fc.integer({ min: 1, max: 5 }),
  c: fc.integer({ min: 1, max: HEAVIEST }),
};
const batch = anyTenant.chain((tenant) =>
  fc.record({
    kind: fc.constant('add' as const),
    tenant: fc.constant(tenant),
    weights: fc.array(weightOf[tenant] ?? fc.constant(1), { minLength: 1, maxLength: 40, size: 'max' }),
  }),
);
const event = fc.oneof(
  batch,
  fc.record({ kind: fc.constant('serve' as const), count: fc.nat(60) }),
  fc.record({ kind: fc.constant('abort' as const), which: fc.nat(100) }),
);

describe('tenants that take turns', () => {
  it('are served what differs by at most twice the largest weight, over any period in which both wait', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60, size: 'max' }), (events) => {
        const queue = new Turns();
        const differences = [new Difference('a', 'b'), new Difference('a', 'c'), new Difference('b', 'c')];
        const restart = (): void => {
          for (const each of differences) if (!queue.waits(each.one) || !queue.waits(each.other)) each.restart();
        };
        const serve = (): void => {
          const waiter = queue.serve();
          for (const each of differences) each.serve(waiter);
          restart();
        };
        restart();
        for (const each of events) {
          if (each.kind === 'add') for (const weight of each.weights) queue.add(each.tenant, weight);
          else if (each.kind === 'serve') for (let i = 0; i < each.count && queue.waiting.size > 0; i++) serve();
          else for (const waiter of [...queue.waiting].slice(each.which, each.which + 1)) queue.remove(waiter);
          restart();
        }
        for (const { worst } of differences) expect(worst).toBeLessThanOrEqual(2 * HEAVIEST);
      }),
    );
  });

  it('share evenly by weight, not by number', () => {
    const queue = new Turns();
    for (let i = 0; i < 100; i++) queue.add('a', 10);
    for (let i = 0; i < 1_000; i++) queue.add('b', 1);
    const order = queue.next(550);
    expect(order.match(/a/g)).toHaveLength(50);
    expect(order.slice(0, 22)).toBe('abbbbbbbbbbabbbbbbbbbb');
  });

  it('take equal turns where weights are equal, were they nothing at all', () => {
    for (const weight of [0, 1, 1e15, 1e300, Infinity]) {
      const queue = new Turns();
      for (const tenant of ['a', 'a', 'a', 'b', 'c', 'b', 'a']) queue.add(tenant, weight);
      expect(queue.next(7)).toBe('abcabaa');
    }
  });

  it('delay the one request of a newcomer by a round, however many wait', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(50), (tenants, before) => {
        const queue = new Turns();
        for (let tenant = 0; tenant < tenants; tenant++) {
          for (let i = 0; i < 1_000; i++) queue.add(String(tenant));
        }
        queue.next(before);
        queue.add('x');
        expect(queue.next(tenants + 1)).toContain('x');
      }),
    );
  });

  it('serve nobody more than twice the largest weight before a newcomer, whoever else keeps coming', () => {
    const late = fc.array(fc.integer({ min: 0, max: HEAVIEST }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 12 }), fc.nat(200), late, (batches, before, lateWeights) => {
        const queue = new Turns();
        for (const { tenant, weights } of batches) for (const weight of weights) queue.add(tenant, weight);
        queue.next(Math.min(before, queue.waiting.size));
        const newcomer = queue.add('newcomer', HEAVIEST);
        const sums = new Map<string, number>();
        for (let i = 0, waiter = queue.serve(); waiter !== newcomer; i++, waiter = queue.serve()) {
          const sum = (sums.get(waiter.tenant) ?? 0) + waiter.weight;
          sums.set(waiter.tenant, sum);
          expect(waiter.tenant).not.toMatch('late');
          expect(sum).toBeLessThanOrEqual(2 * HEAVIEST);
          for (const weight of lateWeights) queue.add(`late ${i}`, weight);
        }
      }),
    );
  });

  it('start last when they come back, so that leaving gains nothing', () => {
    const queue = new Turns();
    for (let i = 0; i < 400; i++) queue.add('b', 1);
    let heavy = 0;
    for (let i = 0; i < 300; i++) {
      if (!queue.waits('a')) queue.add('a', 100);
      if (queue.serve().tenant === 'a') heavy += 1;
    }
    expect(heavy).toBeLessThanOrEqual(4);
  });

  it('forget the past, however heavy, when nobody waits any more', () => {
    const queue = new Turns();
    queue.add('a', 1e300);
    queue.next(1);
    for (let i = 0; i < 3; i++) queue.add('a', 10);
    for (let i = 0; i < 30; i++) queue.add('b', 1);
    expect(queue.next(22)).toBe('abbbbbbbbbbabbbbbbbbbb');
  });

  it('keep their place when the one ahead of their others gives up', () => {
    const queue = new Turns();
    const impatient = queue.add('a', 100);
    queue.add('b');
    queue.add('a', 5);
    queue.remove(impatient);
    expect(queue.next(2)).toBe('ab');
  });

  it('do not wait for ever for those whose calls weigh nothing', () => {
    const queue = new Turns();
    queue.add('c', 1);
    queue.add('free', 0);
    expect(queue.next(1)).toBe('c');
    const patient = queue.add('b', 1);
    let turns = 0;
    for (let waiter: QueuedWaiter | null = null; waiter !== patient && turns < 100_000; turns++) {
      queue.add('free', 0);
      waiter = queue.serve();
    }
    expect(turns).toBeLessThan(66_000);
  });
});
