import type { CallTurn, LimitWait } from '../call/call-turn.js';
import type { Call } from '../call/call.js';
import type { Clock } from '../call/clock.js';
import { DeadlineExceededError } from '../errors/errors.js';
import type { Denial, Lease } from './admission-store.js';
import type { AttemptAsk } from './attempt-ask.js';
import type { LineTurn } from './line-turn.js';
import type { WaitWatcher, WatchedWait } from './wait-watcher.js';
import type { Waiting, WaitOutcome, WaitRequest } from './waiting.js';

/** What all waits of an admission have in common. */
export interface AttemptWaitOptions<T> {
  readonly clock: Clock;
  /** May call those away who wait. */
  readonly watcher: WaitWatcher | undefined;
  /** Makes what a call holds of a lease it was granted after it had waited for so long. */
  readonly hold: (ask: AttemptAsk, lease: Lease, queuedMs: number) => T;
}

/** An attempt of a call that waits for its limits. Whatever it waits with is let go of when its wait is over. */
export class AttemptWait<T> implements WaitOutcome, WatchedWait {
  /** What the attempt holds when its turn has come; rejects with why it does not. */
  readonly held: Promise<T>;
  #resolve: (held: T) => void = noop;
  #reject: (error: unknown) => void = noop;
  /** `null` until it is in the line, where it may be let through at once. */
  #waiting: Waiting | null = null;

  constructor(
    private readonly options: AttemptWaitOptions<T>,
    readonly call: Call,
    private readonly ask: AttemptAsk,
    private readonly place: CallTurn,
    private readonly period: LimitWait,
  ) {
    this.held = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get turn(): LineTurn {
    return this.#waiting ?? NO_TURN;
  }

  get amounts(): readonly number[] {
    return this.ask.claims.amounts;
  }

  /**
   * Takes its place in the line.
   *
   * @throws what the line refuses it with.
   */
  begin(rank: WaitRequest['rank'], denial: Denial | null): void {
    const { call, ask, place, period, options } = this;
    const { claims, places, tenant, line } = ask;
    const { arrival, sinceMs } = place;
    const maxWaitMs = period.untilMs - options.clock.now();
    const waiting = line.join({ claims, places, tenant, rank, arrival, sinceMs, maxWaitMs }, this, denial);
    if (!waiting.isWaiting) return;
    this.#waiting = waiting;
    call.wakeOnInterruption(() => this.#interrupted());
    options.watcher?.watch(this);
  }

  callAway(error: Error): boolean {
    const waiting = this.#waiting;
    if (waiting === null || !waiting.isWaiting) return false;
    this.place.calledFrom = this.period;
    this.ask.line.leave(waiting, error);
    return true;
  }

  granted(lease: Lease): void {
    this.#end();
    const { options, ask, period } = this;
    this.#resolve(options.hold(ask, lease, options.clock.now() - period.startedAtMs));
  }

  refused(error: unknown): void {
    this.#end();
    const { call } = this;
    if (call.interruption) this.#reject(call.interruption());
    else this.#reject(call.leftMs <= 0 ? new DeadlineExceededError(call.deadlineMs) : error);
  }

  #interrupted(): void {
    const { interruption } = this.call;
    if (interruption && this.#waiting) this.ask.line.leave(this.#waiting, interruption());
  }

  #end(): void {
    if (this.#waiting === null) return;
    this.options.watcher?.unwatch(this);
    this.call.wakeOnInterruption(null);
  }
}

const NO_TURN: LineTurn = { rank: 0, arrival: 0 };

function noop(): void {
  // Replaced before anybody can call it.
}
