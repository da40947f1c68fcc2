import type { WaitQueueOptions } from '../wait-queue.js';
import type { Waiter } from '../wait-queue.js';

interface NaiveTenant {
  readonly name: string;
  start: number;
}

/** The tenants of a rank in the order in which they came to their starts, so that the first of equals is next. */
class NaiveTurns {
  tenants: NaiveTenant[] = [];
  latestStart = 0;
  largestWeight = 0;

  join(name: string): void {
    if (!this.tenants.some((tenant) => tenant.name === name)) this.tenants.push({ name, start: this.latestStart });
  }

  charge(name: string, weight: number): void {
    const tenant = this.tenants.find((each) => each.name === name);
    if (tenant === undefined) throw new Error('Nobody of this tenant waits.');
    this.largestWeight = Math.max(this.largestWeight, weight);
    tenant.start += Math.max(weight, this.largestWeight / 65_536);
    this.latestStart = Math.max(this.latestStart, tenant.start);
    this.tenants = [...this.tenants.filter((each) => each !== tenant), tenant];
  }

  keep(names: ReadonlySet<string>): void {
    this.tenants = this.tenants.filter(({ name }) => names.has(name));
    if (this.tenants.length > 0) return;
    this.latestStart = 0;
    this.largestWeight = 0;
  }

  get next(): string | undefined {
    const earliest = Math.min(...this.tenants.map(({ start }) => start));
    return this.tenants.find(({ start }) => start === earliest)?.name;
  }
}

/** The queue's rules over one array, as plainly as they can be said. */
export class NaiveWaitQueue<W extends Waiter> {
  waiting: W[] = [];
  readonly #turns = [new NaiveTurns(), new NaiveTurns(), new NaiveTurns()];

  constructor(private readonly options: WaitQueueOptions) {}

  add(waiter: W): void {
    this.waiting = [...this.waiting, waiter].toSorted((a, b) => a.rank - b.rank || a.arrival - b.arrival);
    this.#turns[waiter.rank]?.join(waiter.tenant);
  }

  remove(waiter: W): boolean {
    const had = this.waiting.includes(waiter);
    this.waiting = this.waiting.filter((each) => each !== waiter);
    this.#turns.forEach((turns, rank) => turns.keep(this.#tenantsOf(rank)));
    return had;
  }

  serve(waiter: W): boolean {
    if (!this.waiting.includes(waiter)) return false;
    this.#turns[waiter.rank]?.charge(waiter.tenant, waiter.weight);
    return this.remove(waiter);
  }

  head(nowMs: number): W | undefined {
    const rankByNow = (waiter: W): number =>
      Math.max(0, waiter.rank - Math.floor((nowMs - waiter.sinceMs) / this.options.agingMs));
    return this.#turns
      .map(({ next }, rank) =>
        this.waiting.find((each) => each.rank === rank && (!this.options.fair || each.tenant === next)),
      )
      .filter((each) => each !== undefined)
      .toSorted((a, b) => rankByNow(a) - rankByNow(b) || a.arrival - b.arrival)[0];
  }

  ahead(rank: number): number[] {
    return Array.from({ length: this.options.dimensions }, (_, dimension) =>
      this.waiting.filter((each) => each.rank <= rank).reduce((sum, { amounts }) => sum + (amounts[dimension] ?? 0), 0),
    );
  }

  #tenantsOf(rank: number): Set<string> {
    return new Set(this.waiting.filter((each) => each.rank === rank).map(({ tenant }) => tenant));
  }
}
