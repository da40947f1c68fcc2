import type { Awaitable } from '../admission/admission-store.js';
import { isPending } from '../admission/turnstile.js';

/** Hears of something. What it fails with is counted, and nobody else's business. */
export type Observer<T> = (value: T) => Awaitable<void>;

/**
 * Those who look on. One that fails, at once or later, neither reaches whoever tells nor keeps anything from the others:
 * a plain rxjs subscriber that throws would end the process.
 */
export class Observers<T> {
  readonly #failures = new Map<string, number>();
  #each: readonly { readonly name: string; readonly observer: Observer<T> }[] = [];

  /** How often each failed, by name; 0 for one that never did. */
  get failures(): ReadonlyMap<string, number> {
    return this.#failures;
  }

  /**
   * Lets somebody hear of everything from now on, until the function returned is called.
   *
   * @param name Names it where its failures are counted. Several may have one name.
   */
  observe(name: string, observer: Observer<T>): () => void {
    const entry = { name, observer };
    this.#failures.set(name, this.#failures.get(name) ?? 0);
    this.#each = [...this.#each, entry];
    return () => {
      this.#each = this.#each.filter((each) => each !== entry);
    };
  }

  /** Tells everybody. Never throws. */
  tell(value: T): void {
    for (const { name, observer } of this.#each) {
      try {
        const pending = observer(value);
        if (isPending(pending)) pending.then(undefined, () => this.#failed(name));
      } catch {
        this.#failed(name);
      }
    }
  }

  #failed(name: string): void {
    this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1);
  }
}
