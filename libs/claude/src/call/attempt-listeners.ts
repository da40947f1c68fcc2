import type { AttemptListener } from './attempt-listener.js';

/** Those who hear of the attempts of one call, each from its beginning. */
export class AttemptListeners {
  readonly #listeners: AttemptListener[] = [];

  add(listener: AttemptListener): void {
    this.#listeners.push(listener);
  }

  /** Attempts that have begun are followed to their end all the same. */
  remove(listener: AttemptListener): void {
    // Stages are nested, so it is the last one nearly always.
    const at = this.#listeners.lastIndexOf(listener);
    if (at !== -1) this.#listeners.splice(at, 1);
  }

  /** A list for an attempt that begins now, which may be added to. */
  with(first: AttemptListener | undefined): AttemptListener[] {
    return first === undefined ? this.#listeners.slice() : [first, ...this.#listeners];
  }
}
