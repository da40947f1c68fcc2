import type { Clock } from '../call/clock.js';

/** After so many failures in a row a store is left alone for a while, so that not every call waits for it in vain. */
const MAX_FAILURES = 3;

export const LEAVE_ALONE_MS = 5_000;

/** Who hears whether a store answers. */
export interface StoreListener {
  /** It does not, for the first time since it did. */
  storeFailed(error: unknown): void;
  /** It does again. */
  storeRecovered(): void;
}

/** Whether a store answers, and whether it is worth asking. */
export class StoreWatch {
  failures = 0;
  /** What it failed with last. */
  error: unknown = undefined;
  #inARow = 0;
  #askAtMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly listener: StoreListener,
  ) {}

  get isFailing(): boolean {
    return this.#inARow > 0;
  }

  /** Whether it is not asked by every call. */
  get isLeftAlone(): boolean {
    return this.#inARow >= MAX_FAILURES;
  }

  /** Of a store that is left alone, one at a time may see whether it is back. */
  mayAsk(): boolean {
    if (!this.isLeftAlone) return true;
    const nowMs = this.clock.now();
    if (nowMs < this.#askAtMs) return false;
    this.#askAtMs = nowMs + LEAVE_ALONE_MS;
    return true;
  }

  answered(): void {
    if (this.#inARow === 0) return;
    this.#inARow = 0;
    this.listener.storeRecovered();
  }

  failed(error: unknown): void {
    this.failures++;
    this.error = error;
    this.#askAtMs = this.clock.now() + LEAVE_ALONE_MS;
    if (++this.#inARow === 1) this.listener.storeFailed(error);
  }
}
