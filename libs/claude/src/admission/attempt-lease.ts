import type { Attempt, AttemptListener } from '../call/attempt.js';
import type { Usage } from '../call/usage.js';
import type { Lease } from './admission-store.js';
import type { AttemptAsk, UsedAmounts } from './attempt-ask.js';
import type { Admission } from './admission.js';
import type { LeaseHolder } from './lease-keeper.js';

/** What one attempt holds of the meters, for exactly as long as it uses it. */
export class AttemptLease implements AttemptListener, LeaseHolder {
  /** Internal: where it stands among those whose leases are renewed. */
  place = -1;
  #attempt: Attempt | null = null;
  #isOver = false;
  #grew = false;

  constructor(
    private readonly admission: Admission,
    private readonly ask: AttemptAsk,
    readonly lease: Lease,
    private readonly queuedMs: number,
  ) {
    admission.keeper.keep(this);
  }

  attemptBegan(attempt: Attempt): void {
    if (this.#attempt === attempt) return;
    if (this.#attempt !== null || this.#isOver) {
      // A stage in between repeats it by itself: nobody asked for this attempt, and it counts all the same.
      this.admission.follow(attempt, this.ask);
      return;
    }
    this.#attempt = attempt;
    attempt.queuedMs = this.queuedMs;
    this.ask.began?.(attempt);
  }

  attemptSent(attempt: Attempt): void {
    if (this.#holds(attempt)) this.#settle(this.ask.sent());
  }

  attemptAnswered(attempt: Attempt, headers: Headers): void {
    if (this.#holds(attempt)) this.ask.answered(headers, this.lease);
  }

  inputKnown(attempt: Attempt, usage: Usage): void {
    if (this.#holds(attempt)) this.#settle(this.ask.inputKnown(usage));
  }

  attemptCommitted(attempt: Attempt): void {
    if (this.#holds(attempt)) this.#grow();
  }

  attemptEnded(attempt: Attempt): void {
    if (!this.#holds(attempt)) return;
    if (attempt.failure === null && !attempt.abandoned) this.#grow();
    this.#end(this.ask.ended(attempt));
  }

  /** No attempt came of it, so nothing was used. */
  returnUnused(): void {
    if (this.#attempt === null && !this.#isOver) this.#end(this.ask.claims.amounts.map(() => 0));
  }

  #holds(attempt: Attempt): boolean {
    return this.#attempt === attempt && !this.#isOver;
  }

  /** Each answer shows once that the endpoint keeps up. */
  #grow(): void {
    if (this.#grew) return;
    this.#grew = true;
    this.ask.places?.answered();
  }

  #end(used: UsedAmounts): void {
    this.#isOver = true;
    this.admission.keeper.letGo(this);
    this.ask.places?.release();
    this.#settle(used);
  }

  #settle(used: UsedAmounts): void {
    this.admission.settle(this.ask, this.lease, used);
  }
}
