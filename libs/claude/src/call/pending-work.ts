import type { Clock } from './clock.js';

/** What goes on beside calls, and is to be done before the process ends. Whether it fails is its own business. */
export class PendingWork {
  readonly #pending = new Set<PromiseLike<unknown>>();

  add(work: PromiseLike<unknown>): void {
    const forget = (): void => void this.#pending.delete(work);
    this.#pending.add(work);
    work.then(forget, forget);
  }

  /**
   * Waits for all that is under way.
   *
   * @returns Whether it was done in time.
   */
  done(graceMs: number, clock: Clock): Promise<boolean> | boolean {
    if (this.#pending.size === 0) return true;
    return new Promise((resolve) => {
      const limit = clock.setTimer(() => resolve(false), graceMs, true);
      void Promise.allSettled(this.#pending).then(() => {
        limit.cancel();
        return resolve(true);
      });
    });
  }
}
