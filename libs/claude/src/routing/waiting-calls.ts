import { inTurn } from '../admission/line-turn.js';
import type { WaitWatcher, WatchedWait } from '../admission/wait-watcher.js';
import type { Call } from '../call/call.js';
import type { Clock, Timer } from '../call/clock.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { LimitView } from './limit-view.js';
import { MovesElsewhere } from './moves-elsewhere.js';
import { onlyRefusal } from './no-endpoint.js';
import type { PoolEndpoint } from './pool-endpoint.js';
import { RoomLeft } from './room-left.js';

/** How often it is looked whether those who wait are better off elsewhere. */
const LOOK_EVERY_MS = 100;

/** A call that has moved stays where it is for so long, so that none is sent to and fro. */
const REST_MS = 1_000;

/** What a shorter wait elsewhere must save to be worth a move, since both are foretold and not known. */
const LEAST_GAIN_MS = 1_000;

/**
 * Of those who may stay where they are, how many are looked at each time: the first in turn, and as many of those behind
 * them, others each time. A look at tens of thousands would take longer than the time between two.
 */
const LOOKED_AT = 1_000;

/**
 * Calls that wait for the limits of an endpoint. One moves when it can go there no longer, when another endpoint would let it
 * through at once, or when the wait elsewhere is less than half as long. It keeps its turn, its time and its attempts.
 */
export class WaitingCalls implements WaitWatcher {
  readonly #waits = new Set<WatchedWait>();
  readonly #movedAtMs = new WeakMap<Call, number>();
  #timer: Timer | null = null;
  /** The place in turn at which the look at those behind goes on. */
  #goesOnAt = LOOKED_AT;

  constructor(
    private readonly pool: Pick<EndpointPool, 'endpoints' | 'only' | 'others' | 'obstacle' | 'pickOf'>,
    private readonly limits: LimitView,
    private readonly clock: Clock,
  ) {}

  watch(wait: WatchedWait): void {
    this.#waits.add(wait);
    this.#arm();
  }

  unwatch(wait: WatchedWait): void {
    this.#waits.delete(wait);
    if (this.#waits.size > 0) return;
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Calls those away who are better off elsewhere, in their turn. */
  look(): void {
    const room = new RoomLeft(this.limits);
    const obstacles = new Obstacles(this.pool);
    const waits = inTurn(this.#waits);
    const from = this.#goesOnAt < waits.length ? this.#goesOnAt : LOOKED_AT;
    this.#goesOnAt = from + LOOKED_AT;
    for (const [place, wait] of waits.entries()) {
      const isLookedAt = place < LOOKED_AT || (place >= from && place < this.#goesOnAt);
      const error = this.#mustLeave(wait.call, obstacles) ?? (isLookedAt ? this.#mayLeave(wait, room) : null);
      if (error === null || !wait.callAway(error)) continue;
      this.#movedAtMs.set(wait.call, this.clock.now());
    }
  }

  /** What it leaves its line with because it can go there no longer; `null` when it can. */
  #mustLeave(call: Call, obstacles: Obstacles): Error | null {
    const only = this.pool.only(call);
    if (only !== null) return onlyRefusal(only, call.effectiveModel);
    const own = call.endpoint as PoolEndpoint;
    if (own.isDrained) return new MovesElsewhere(null);
    const isShut = obstacles.has(own, call.effectiveModel) && this.pool.others(call).length > 0;
    return isShut ? new MovesElsewhere(null) : null;
  }

  /** What it leaves its line with because it is better off elsewhere; `null` when it stays. */
  #mayLeave({ call, amounts }: WatchedWait, room: RoomLeft): Error | null {
    if (this.pool.only(call) !== null) return null;
    const others = this.pool.others(call);
    if (others.length === 0) return null;
    if (this.clock.now() - (this.#movedAtMs.get(call) ?? -Infinity) < REST_MS) return null;
    const to = this.#openTo(call, amounts, others, room) ?? this.#sooner(call, others, room);
    return to === null ? null : new MovesElsewhere(to);
  }

  /** One of those that would let it through at once. */
  #openTo(
    call: Call,
    amounts: readonly number[],
    others: readonly PoolEndpoint[],
    room: RoomLeft,
  ): PoolEndpoint | null {
    const open = others.filter((each) => room.fits(each, call, amounts));
    if (open.length === 0) return null;
    const to = this.pool.pickOf(open, call);
    room.take(to, amounts);
    return to;
  }

  /** The one where its wait would be over much sooner, if there is any. One call at a time: each makes that wait longer. */
  #sooner(call: Call, others: readonly PoolEndpoint[], room: RoomLeft): PoolEndpoint | null {
    const waitMs = this.limits.waitMs(call.endpoint as PoolEndpoint, call);
    let best: PoolEndpoint | null = null;
    let leastMs = Math.min(waitMs / 2, waitMs - LEAST_GAIN_MS);
    for (const each of others) {
      const otherMs = room.isTaken(each) ? Infinity : this.limits.waitMs(each, call);
      if (otherMs >= leastMs) continue;
      leastMs = otherMs;
      best = each;
    }
    if (best !== null) room.take(best, []);
    return best;
  }

  /** With a single endpoint there is nowhere to move to. */
  #arm(): void {
    if (this.#timer !== null || this.pool.endpoints.length === 1) return;
    this.#timer = this.clock.setTimer(() => {
      this.#timer = null;
      this.look();
      if (this.#waits.size > 0) this.#arm();
    }, LOOK_EVERY_MS);
  }
}

/** Where no call of a model can go, found out once for all who wait. */
class Obstacles {
  readonly #known = new Map<PoolEndpoint, Map<string | null, boolean>>();

  constructor(private readonly pool: Pick<EndpointPool, 'obstacle'>) {}

  has(endpoint: PoolEndpoint, model: string | null): boolean {
    let models = this.#known.get(endpoint);
    if (models === undefined) this.#known.set(endpoint, (models = new Map()));
    let known = models.get(model);
    if (known === undefined) models.set(model, (known = this.pool.obstacle(endpoint, model) !== null));
    return known;
  }
}
