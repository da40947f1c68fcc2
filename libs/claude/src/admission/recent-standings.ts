import type { Clock } from '../call/clock.js';
import type { Awaitable } from './admission-store.js';
import { offPath } from './lease-keeper.js';
import type { Standing } from './meter.js';
import { isPending } from './turnstile.js';

/** How meters stand, told at once: those of this process's memory as they are, those of a shared store as they were a moment ago. */
export class RecentStandings {
  #known: readonly Standing[] = [];
  #askedAtMs = -Infinity;

  /** @param refreshMs How old what a shared store said may be before it is asked again. Nobody waits for the answer. */
  constructor(
    private readonly standing: () => Awaitable<readonly Standing[]>,
    private readonly clock: Clock,
    private readonly refreshMs: number,
  ) {}

  /** Empty as long as a shared store has not answered yet. */
  look(): readonly Standing[] {
    const nowMs = this.clock.now();
    if (nowMs - this.#askedAtMs >= this.refreshMs) this.#ask(nowMs);
    return this.#known;
  }

  #ask(nowMs: number): void {
    const answer = this.standing();
    if (!isPending(answer)) {
      // What is in this process's memory is looked at each time.
      this.#known = answer;
      return;
    }
    this.#askedAtMs = nowMs;
    // A store that is away leaves what was known.
    offPath(() => answer.then((standings) => void (this.#known = standings)));
  }
}
