import type { PlaceListener } from './adaptive-concurrency.js';
import type { Awaitable, Denial, Lease } from './admission-store.js';
import { DueTimes } from './due-times.js';
import { expectWait, type Outlook } from './expected-wait.js';
import { neverRefusal, SpentDenial, waitRefusal, type LimitRefusal } from './limit-refusal.js';
import type { LineTurn } from './line-turn.js';
import type { Claims, Meter, Standing } from './meter.js';
import { OnceSoon } from './once-soon.js';
import { isPending, type Passenger } from './turnstile.js';
import { WaitQueue } from './wait-queue.js';
import type { WaitingLineOptions } from './waiting-line.options.js';
import { Waiting, type WaitOutcome, type WaitRequest } from './waiting.js';
import { WakeTimer } from './wake-timer.js';

/** How soon a shared store is asked again when only somebody else can help; ten times that where time does too. */
const ASK_AGAIN_MS = 100;

const NO_STANDINGS: readonly Standing[] = Object.freeze([]);

/**
 * The line before the limits of one limit domain and model class. Whoever comes is let through if nobody waits and there
 * is enough, else waits for its turn. The first in line is never passed by, so that large requests get their turn too.
 */
export class WaitingLine implements PlaceListener {
  /** How many had to wait, and how many were turned away, since the line was made. */
  readonly counts = { delayed: 0, refused: 0 };

  readonly #queue: WaitQueue<Waiting>;
  readonly #patience = new DueTimes<Waiting>((waiting) => waiting.isWaiting);
  readonly #timer: WakeTimer;
  /** What was last said to the first in line; `null` when nobody waits, or only for a place. */
  #outlook: Outlook | null = null;
  /** When it is worth asking again, as far as time alone helps. */
  #askAtMs = Infinity;
  #isAsking = false;
  readonly #soon = new OnceSoon(() => this.wake());
  /** What those ahead of a newcomer ask for; made anew for each. */
  readonly #ahead: number[] = [];

  constructor(private readonly options: WaitingLineOptions) {
    const { agingMs, fair, dimensions, clock } = options;
    this.#queue = new WaitQueue({ agingMs, fair, dimensions });
    this.#timer = new WakeTimer(clock, () => {
      this.#dismiss(clock.now());
      this.#serve();
    });
  }

  /** How many wait. */
  get length(): number {
    return this.#queue.length;
  }

  /** When the first in line has its turn, among the first of other lines; `null` when nobody waits. */
  get turn(): LineTurn | null {
    return this.#queue.turn(this.options.clock.now());
  }

  /** Lets somebody through who does not have to wait; otherwise tells why not, or `null`, and takes nothing. */
  tryPass(passenger: Passenger): Awaitable<Lease | Denial | null> {
    return this.#queue.length > 0 ? null : this.options.turnstile.pass(passenger, this);
  }

  /**
   * Takes somebody into the line.
   *
   * @param outcome Is told what becomes of it, perhaps at once.
   * @param denial Why it was not let through just now, where it was tried.
   * @throws LimitExceededError when the line is full, or its turn would come too late.
   * @throws RequestExceedsLimitError when it could never be let through.
   */
  join(request: WaitRequest, outcome: WaitOutcome, denial: Denial | null): Waiting {
    const { clock } = this.options;
    if (denial !== null && this.#queue.length === 0) this.#note(denial);
    const refusal = this.refusal(request, this.#outlook);
    if (refusal !== null) {
      this.#arm();
      throw this.#counted(refusal);
    }
    const waiting = new Waiting(request, outcome, clock.now());
    this.counts.delayed += 1;
    this.#queue.add(waiting);
    this.#patience.add(waiting);
    // Whoever goes ahead of others may be let through with less than these ask for.
    if (this.#queue.length > 1 && this.#queue.head(clock.now()) === waiting) this.#serve();
    else this.#arm();
    return waiting;
  }

  /**
   * Why somebody would not be taken into the line; `null` if it would be, or would not even have to wait.
   *
   * @param outlook How its meters stand, in the order of its claims; `null` where that is not known.
   */
  refusal(
    { claims, rank, maxWaitMs, places }: Pick<WaitRequest, 'claims' | 'rank' | 'maxWaitMs' | 'places'>,
    outlook: Outlook | null,
  ): LimitRefusal | null {
    const { maxLength, clock, shares } = this.options;
    const standings = outlook?.standings ?? NO_STANDINGS;
    const never = neverRefusal(claims, standings);
    if (never !== null) return never;
    const elapsedMs = outlook === null ? 0 : clock.now() - outlook.asOfMs;
    const expected = expectWait(claims, this.#queue.ahead(rank, this.#ahead), standings, elapsedMs, shares);
    const isBlocked = this.#queue.length > 0 || expected.waitMs > 0 || outlook === this.#outlook;
    if (isBlocked && this.#queue.length >= maxLength) return waitRefusal('queue-full', expected, places);
    // What a guess foretells is a guess: it may give way to the first answer's headers.
    const isHopeless = expected.waitMs > maxWaitMs && !expected.isGuess;
    return isHopeless ? waitRefusal('wait-too-long', expected, places) : null;
  }

  /** Somebody leaves, with an error of its own. */
  leave(waiting: Waiting, error: Error): void {
    if (!waiting.isWaiting) return;
    this.#refuse(waiting, error);
    this.#serve();
  }

  /** Turns everybody away. */
  clear(makeError: () => Error): void {
    for (const waiting of this.#queue.drain()) waiting.refuse(makeError());
    this.#arm();
  }

  /** Learns from a settlement how much of what is asked for is used in the end. */
  learn(claims: Claims, used: readonly (number | null)[]): void {
    this.options.shares.learn(claims, used);
  }

  /** The meters are described anew: those who wait ask for the same of the new ones. */
  replaceMeters(meters: readonly Meter[]): void {
    for (const waiting of this.#queue) waiting.replaceMeters(meters);
    this.wake();
  }

  /** Something may have been given back, or opened. */
  wake(): void {
    if (this.#queue.length > 0) this.#serve();
  }

  /** Wakes it once for all that is given back by what runs now: to hear each time that it is still too little costs more. */
  wakeSoon(): void {
    if (this.#queue.length > 0) this.#soon.ask();
  }

  readonly placeFree = (): void => this.wake();

  /** Serves those whose turn it is, as long as there is enough. */
  #serve(): void {
    const { turnstile, clock } = this.options;
    let goesOn = !this.#isAsking;
    while (goesOn) {
      const head = this.#queue.head(clock.now());
      if (head === undefined) break;
      try {
        const answer = turnstile.pass(head, this);
        if (isPending(answer)) {
          void this.#serveLater(head, answer);
          break;
        }
        goesOn = this.#give(head, answer);
      } catch (error) {
        this.#refuse(head, error);
      }
    }
    this.#arm();
  }

  /** One answer is waited for at a time: who is next is only known when it has come. */
  async #serveLater(head: Waiting, answer: PromiseLike<Lease | Denial | null>): Promise<void> {
    this.#isAsking = true;
    let goesOn = true;
    try {
      goesOn = this.#give(head, await answer);
    } catch (error) {
      this.#refuse(head, error);
    }
    this.#isAsking = false;
    if (goesOn) this.#serve();
    else this.#arm();
  }

  /** Hands an answer to whom it was asked for. Says whether the next in line may be asked for. */
  #give(head: Waiting, answer: Lease | Denial | null): boolean {
    this.#askAtMs = Infinity;
    if (answer === null) return false;
    if (!answer.granted) {
      this.#note(answer);
      if (answer.reason !== 'never' && answer.reason !== 'spent') return false;
      this.#refuse(head, answer.reason === 'spent' ? new SpentDenial(answer) : this.#counted(this.#tooLong(head)));
    } else if (head.isWaiting) {
      this.#queue.serve(head);
      head.grant(answer);
    } else {
      this.options.turnstile.giveBack(answer, head);
    }
    return true;
  }

  #refuse(waiting: Waiting, error: unknown): void {
    this.#queue.remove(waiting);
    waiting.refuse(error);
  }

  #note({ standings, waitMs, reason }: Denial): void {
    const asOfMs = this.options.clock.now();
    this.#outlook = { standings, asOfMs };
    // Nothing in this process tells when something shared is given back, or opened.
    const askAgainMs = waitMs === null ? ASK_AGAIN_MS : 10 * ASK_AGAIN_MS;
    this.#askAtMs = asOfMs + Math.min(waitMs ?? Infinity, this.options.turnstile.isShared ? askAgainMs : Infinity);
    // What is closed to the first in line is closed to all: whoever cannot outlast that need not wait for nothing.
    if (reason === 'closed' && waitMs !== null) this.#dismiss(asOfMs + waitMs);
  }

  /** One timer: for the first in line to be asked for, or for whoever loses patience first. */
  #arm(): void {
    if (this.#queue.length === 0) {
      this.#outlook = null;
      this.#askAtMs = Infinity;
    }
    // Who comes to be first by waiting may be content with less than the one before.
    const agesMs = this.#queue.length > 1 ? this.#queue.nextAgingMs(this.options.clock.now()) : Infinity;
    const askMs = this.#isAsking ? Infinity : Math.min(this.#askAtMs, agesMs);
    this.#patience.sweep(this.#queue.length);
    this.#timer.wakeAt(this.#queue.length === 0 ? Infinity : Math.min(askMs, this.#patience.lookAtMs));
  }

  /** Turns away those whose patience ends by then. */
  #dismiss(byMs: number): void {
    for (let first = this.#patience.first(); first && first.untilMs <= byMs; first = this.#patience.first())
      this.#refuse(first, this.#counted(this.#tooLong(first)));
  }

  /** Why somebody has to go who is in the line already. */
  #tooLong({ claims, places }: Waiting): LimitRefusal {
    const { standings, asOfMs } = this.#outlook ?? { standings: NO_STANDINGS, asOfMs: 0 };
    const never = neverRefusal(claims, standings);
    if (never !== null) return never;
    const expected = expectWait(claims, [], standings, this.options.clock.now() - asOfMs, this.options.shares);
    return waitRefusal('wait-too-long', expected, places);
  }

  #counted(error: Error): Error {
    this.counts.refused += 1;
    return error;
  }
}
