import { ShuttingDownError } from '../errors/errors.js';
import type { Call } from './call.js';
import type { Clock, Timer } from './clock.js';
import { Roster } from './roster.js';

const OUTLASTED =
  'The application shut down before the call had ended. Raise `shutdownGraceMs` if calls need longer to finish.';

/** The calls under way: what a shutdown waits for, and aborts in the end. */
export class LiveCalls {
  readonly #calls = new Roster<Call>();
  #closed = false;
  #onEmpty: (() => void) | null = null;

  /** How many calls have not been settled yet. */
  get size(): number {
    return this.#calls.size;
  }

  /** Whether new calls are refused. */
  get closed(): boolean {
    return this.#closed;
  }

  add(call: Call): void {
    this.#calls.add(call);
  }

  delete(call: Call): void {
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.#onEmpty?.();
  }

  /** Refuses new calls, waits for the running ones, and aborts those that outlast the grace period. */
  async close(graceMs: number, clock: Clock): Promise<void> {
    this.#closed = true;
    await this.#empty(graceMs, clock);
    for (const call of this.#calls) call.terminate(() => new ShuttingDownError(OUTLASTED));
  }

  async #empty(graceMs: number, clock: Clock): Promise<void> {
    if (this.#calls.size === 0) return;
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      timer = clock.setTimer(resolve, graceMs);
    });
    timer?.cancel();
    this.#onEmpty = null;
  }
}
