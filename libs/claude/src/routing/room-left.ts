import type { Call } from '../call/call.js';
import type { LimitView } from './limit-view.js';
import type { PoolEndpoint } from './pool-endpoint.js';

/** What is left at endpoints for calls that wait elsewhere, less what others of them are about to take. */
export class RoomLeft {
  readonly #calls = new Map<PoolEndpoint, number>();
  /** By limit domain. */
  readonly #amounts = new Map<string, readonly number[]>();

  constructor(private readonly limits: LimitView) {}

  /** Whether a call would be let through there at once that waits at its endpoint. */
  fits(other: PoolEndpoint, call: Call, amounts: readonly number[]): boolean {
    const { limits } = this;
    if (!limits.hasPlaces(other, (this.#calls.get(other) ?? 0) + 1)) return false;
    const own = call.endpoint as PoolEndpoint;
    // Limits that they share are as full there: only places are each endpoint's own.
    if (own.limitDomain === other.limitDomain) return !limits.hasPlaces(own, 1);
    const taken = this.#amounts.get(other.limitDomain);
    return limits.hasRoomFor(other, call, taken === undefined ? amounts : sum(amounts, taken));
  }

  /** Whether one of them goes there. */
  isTaken(endpoint: PoolEndpoint): boolean {
    return this.#calls.has(endpoint);
  }

  take(endpoint: PoolEndpoint, amounts: readonly number[]): void {
    const { limitDomain } = endpoint;
    this.#calls.set(endpoint, (this.#calls.get(endpoint) ?? 0) + 1);
    this.#amounts.set(limitDomain, sum(amounts, this.#amounts.get(limitDomain) ?? []));
  }
}

function sum(one: readonly number[], other: readonly number[]): readonly number[] {
  return Array.from({ length: Math.max(one.length, other.length) }, (_, at) => (one[at] ?? 0) + (other[at] ?? 0));
}
