import type { QueuedWaiter } from './queued-waiter.js';
import { TurnHeap, type Turn } from './turn-heap.js';
import { WaiterList, type ServingOrder } from './waiter-list.js';

/**
 * The least that a turn costs, as a share of the costliest one: those who claim nothing cannot be served for ever while
 * others wait. Small enough to leave alone what real calls claim, large enough to add up in years without a pause.
 */
const LEAST_SHARE = 2 ** -16;

class Tenant<W extends QueuedWaiter> implements Turn {
  readonly waiting = new WaiterList<W>();
  place = 0;

  constructor(
    readonly name: string,
    public startsAt: number,
    public ticket: number,
  ) {}
}

/**
 * Waiters of one rank whose tenants take turns: start-time fair queueing. Each served waiter moves the start of its
 * tenant's next turn by its weight, the tenant with the earliest start is next, and one that begins to wait starts last.
 *
 * Rather than deficit round robin, because: as long as two tenants both wait, what they are served differs by at most
 * twice the largest weight, not three times; light calls of several tenants alternate, instead of coming in bursts as
 * long as the heaviest call; and no quantum has to be known. What costs a tenant its place is what it was served, not
 * what it asks: nobody who comes, however light, gets ahead of the one who is next. One that leaves is forgotten, and
 * owes nothing more than that it starts last again.
 */
export class TenantTurns<W extends QueuedWaiter> implements ServingOrder<W> {
  readonly #tenants = new Map<string, Tenant<W>>();
  readonly #turns = new TurnHeap<Tenant<W>>();
  /** The latest start there is, or would be had its tenant not left. */
  #latestStart = 0;
  #largestWeight = 0;
  #tickets = 0;

  get first(): W | null {
    return this.#turns.first?.waiting.first ?? null;
  }

  add(waiter: W): void {
    const tenant = this.#tenants.get(waiter.tenant) ?? this.#join(waiter.tenant);
    tenant.waiting.add(waiter);
  }

  /** The tenant keeps its turn for the others of it. */
  remove(waiter: W): void {
    const tenant = this.#tenants.get(waiter.tenant);
    if (tenant !== undefined) this.#takeOut(waiter, tenant);
  }

  serve(waiter: W): void {
    const tenant = this.#tenants.get(waiter.tenant);
    if (tenant === undefined) return;
    this.#charge(tenant, waiter.weight);
    this.#takeOut(waiter, tenant);
  }

  toArray(): W[] {
    const all = [...this.#tenants.values()].flatMap(({ waiting }) => waiting.toArray());
    return all.toSorted((one, other) => one.arrival - other.arrival);
  }

  #join(name: string): Tenant<W> {
    const tenant = new Tenant<W>(name, this.#latestStart, ++this.#tickets);
    this.#tenants.set(name, tenant);
    this.#turns.add(tenant);
    return tenant;
  }

  #charge(tenant: Tenant<W>, weight: number): void {
    this.#largestWeight = Math.max(this.#largestWeight, weight);
    const startsAt = tenant.startsAt + Math.max(weight, LEAST_SHARE * this.#largestWeight);
    this.#latestStart = Math.max(this.#latestStart, startsAt);
    this.#turns.putOff(tenant, startsAt, ++this.#tickets);
  }

  #takeOut(waiter: W, tenant: Tenant<W>): void {
    tenant.waiting.remove(waiter);
    if (tenant.waiting.first !== null) return;
    this.#tenants.delete(tenant.name);
    this.#turns.delete(tenant);
    if (this.#tenants.size === 0) this.#startOver();
  }

  /** With nobody left to compare with: neither a heavy past nor lost precision bears on those who come. */
  #startOver(): void {
    this.#latestStart = 0;
    this.#largestWeight = 0;
    this.#tickets = 0;
  }
}
