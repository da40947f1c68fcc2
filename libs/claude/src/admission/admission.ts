import type { Attempt } from '../call/attempt.js';
import type { Call } from '../call/call.js';
import type { CallTurn, LimitWait } from '../call/call-turn.js';
import type { Clock } from '../call/clock.js';
import { ShuttingDownError } from '../errors/errors.js';
import type { AdmissionStore, Awaitable, Denial, Lease } from './admission-store.js';
import type { AttemptAsk, UsedAmounts } from './attempt-ask.js';
import { AttemptLease } from './attempt-lease.js';
import { AttemptWait, type AttemptWaitOptions } from './attempt-wait.js';
import { LeaseKeeper, offPath } from './lease-keeper.js';
import { SpentDenial } from './limit-refusal.js';
import { isPending, Turnstile } from './turnstile.js';
import type { WaitWatcher } from './wait-watcher.js';

/** What admission is made of. */
export interface AdmissionOptions {
  readonly store: AdmissionStore;
  readonly clock: Clock;
  readonly maxWaitMs: number;
  /** Whether it only counts. */
  readonly shadow: boolean;
  /** May call those away who wait. Default: nobody does. */
  readonly watcher?: WaitWatcher;
}

/** In which order priorities are served. */
export const RANKS = { interactive: 0, normal: 1, background: 2 } as const;

/** Lets attempts through when their meters have enough for all they ask, and keeps account of what they use. */
export class Admission {
  readonly keeper: LeaseKeeper;
  readonly #turnstile: Turnstile;
  readonly #waits: AttemptWaitOptions<AttemptLease>;
  #arrivals = 0;
  #isClosed = false;

  constructor(private readonly options: AdmissionOptions) {
    this.#turnstile = new Turnstile(options.store);
    this.keeper = new LeaseKeeper(options.store, options.clock);
    const hold = (ask: AttemptAsk, lease: Lease, queuedMs: number): AttemptLease =>
      new AttemptLease(this, ask, lease, queuedMs);
    this.#waits = { clock: options.clock, watcher: options.watcher, hold };
  }

  /**
   * Lets an attempt of a call through, at once or when its turn has come.
   *
   * @throws LimitExceededError, RequestExceedsLimitError, SpentDenial, DeadlineExceededError, ShuttingDownError; or what the call was
   *   called off with.
   */
  enter(call: Call, ask: AttemptAsk): Awaitable<AttemptLease> {
    const turn = this.#turnOf(call);
    this.#checkOpen(call);
    const answer = ask.line.tryPass(ask);
    return isPending(answer)
      ? answer.then((late) => this.#admit(call, ask, turn, late))
      : this.#admit(call, ask, turn, answer);
  }

  /** Counts an attempt that has begun without asking. */
  follow(attempt: Attempt, ask: AttemptAsk): void {
    const lease = this.#turnstile.force(ask);
    if (isPending(lease)) {
      void lease.then((late) => this.#adopt(attempt, ask, late), ignore);
    } else {
      this.#adopt(attempt, ask, lease);
    }
  }

  /** Accounts for what was used, off the call's path, and tells those who wait for it. */
  settle(ask: AttemptAsk, lease: Lease, used: UsedAmounts): void {
    ask.line.learn(ask.claims, used);
    offPath(
      () => this.options.store.settle(lease, used),
      () => ask.wake(),
    );
  }

  /** The place of whoever comes now. */
  nextTurn(): CallTurn {
    this.#arrivals += 1;
    return { arrival: this.#arrivals, sinceMs: Math.floor(this.options.clock.now()), calledFrom: null };
  }

  /** Admits nobody any more. */
  close(): void {
    this.#isClosed = true;
  }

  #admit(call: Call, ask: AttemptAsk, turn: CallTurn, answer: Lease | Denial | null): Awaitable<AttemptLease> {
    if (answer?.granted) return new AttemptLease(this, ask, answer, this.#waitedMs(turn));
    if (answer?.reason === 'spent') throw new SpentDenial(answer);
    if (this.options.shadow) return this.#count(ask);
    return this.#wait(call, ask, turn, answer);
  }

  /** What would have had to wait is let through all the same. */
  #count(ask: AttemptAsk): Awaitable<AttemptLease> {
    ask.line.counts.delayed += 1;
    const counted = (answer: Lease | Denial): AttemptLease => {
      if (!answer.granted) throw new SpentDenial(answer);
      return new AttemptLease(this, ask, answer, 0);
    };
    const answer = this.#turnstile.forceLimits(ask);
    return isPending(answer) ? answer.then(counted) : counted(answer);
  }

  #wait(call: Call, ask: AttemptAsk, turn: CallTurn, denial: Denial | null): Promise<AttemptLease> {
    const period = this.#waitOf(call, turn);
    // A store may have taken its time to answer.
    this.#checkOpen(call);
    const wait = new AttemptWait(this.#waits, call, ask, turn, period);
    wait.begin(RANKS[call.context.priority ?? 'normal'], denial);
    return wait.held;
  }

  /** The wait that begins, or goes on after it was called away from another line. */
  #waitOf(call: Call, turn: CallTurn): LimitWait {
    const startedAtMs = this.options.clock.now();
    const maxWaitMs = Math.min(call.maxQueueMs ?? this.options.maxWaitMs, call.leftMs);
    const wait = turn.calledFrom ?? { startedAtMs, untilMs: startedAtMs + maxWaitMs };
    turn.calledFrom = null;
    call.maxQueueMs = null;
    return wait;
  }

  /** How long a call has waited that is let through at once: elsewhere, if at all. */
  #waitedMs(turn: CallTurn): number {
    const { calledFrom } = turn;
    if (calledFrom === null) return 0;
    turn.calledFrom = null;
    return this.options.clock.now() - calledFrom.startedAtMs;
  }

  /** @throws ShuttingDownError, or what the call was called off with. */
  #checkOpen(call: Call): void {
    if (call.interruption) throw call.interruption();
    if (this.#isClosed) throw shuttingDown();
  }

  #adopt(attempt: Attempt, ask: AttemptAsk, lease: Lease): void {
    const held = new AttemptLease(this, ask, lease, 0);
    held.attemptBegan(attempt);
    attempt.follow(held);
  }

  #turnOf(call: Call): CallTurn {
    return (call.turn ??= this.nextTurn());
  }
}

/** The error of a call that comes, or waits, when the application goes. */
export function shuttingDown(): ShuttingDownError {
  return new ShuttingDownError('The application is shutting down, so the call was not made.');
}

function ignore(): void {
  // A store that is away gives up no attempt that is under way.
}
