import type { KeyFailure } from './key.events.js';
import { keyFailureOf, keyUnavailable } from './key-failure.js';
import type { KeySupplier } from './key-source.js';
import type { KeySupply, SupplyListener } from './key-supply.js';
import { checkFetched, LiveKey } from './live-key.js';

const SOURCE = 'The `apiKey` function';

/** Keys of a function of the user's own, which is asked before every attempt. */
export class AskedKey implements KeySupply {
  readonly name = 'function';
  readonly fetchedAtMs = null;
  readonly endsAtMs = null;
  lastFailure: KeyFailure | null = null;
  #held: LiveKey | null = null;
  #renewal: Promise<LiveKey> | null = null;

  constructor(
    private readonly supplier: KeySupplier,
    private readonly listener: SupplyListener,
  ) {}

  get held(): LiveKey | null {
    return this.#held;
  }

  take(): LiveKey | Promise<LiveKey> {
    return this.#ask();
  }

  /** Shared by all whose key was refused at the same time. */
  renew(): Promise<LiveKey> {
    this.#renewal ??= Promise.resolve()
      .then(() => this.#ask(true))
      .finally(() => {
        this.#renewal = null;
      });
    return this.#renewal;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #ask(forceRefresh = false): LiveKey | Promise<LiveKey> {
    try {
      const given = forceRefresh ? this.supplier({ forceRefresh }) : this.supplier();
      if (typeof given === 'string') return this.#hold(given);
      return Promise.resolve(given).then(
        (each) => this.#hold(each),
        (error: unknown) => this.#fail(error),
      );
    } catch (error) {
      return this.#fail(error);
    }
  }

  #hold(given: unknown): LiveKey {
    const previous = this.#held;
    // A function mostly returns what it returned before.
    if (typeof given === 'string' && previous?.holds(given)) return previous;
    const { value, id } = checkFetched(given, 'the `apiKey` function');
    this.lastFailure = null;
    if (previous?.holds(value)) return previous;
    const key = new LiveKey(value, id);
    this.#held = key;
    this.listener.changed(key, previous);
    return key;
  }

  #fail(error: unknown): never {
    this.lastFailure = keyFailureOf(error);
    this.listener.failed(this.lastFailure, null);
    throw keyUnavailable(error, SOURCE);
  }
}
