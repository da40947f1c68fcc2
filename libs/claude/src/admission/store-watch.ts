import type { Clock } from '../call/clock.js';
import type { StoreEvent } from './store.events.js';

/** After so many failures in a row a store is left alone for a while, so that not every call waits for it in vain. */
const MAX_FAILURES = 3;

const LEAVE_ALONE_MS = 5_000;

/** Whether a store answers, and whether it is worth asking. */
export class StoreWatch {
  failures = 0;
  /** What it failed with last. */
  error: unknown = undefined;
  #inARow = 0;
  #askAtMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly tell: (event: StoreEvent) => void,
  ) {}

  get isFailing(): boolean {
    return this.#inARow > 0;
  }

  /** Of a store that is left alone, one at a time may see whether it is back. */
  mayAsk(): boolean {
    if (this.#inARow < MAX_FAILURES) return true;
    const nowMs = this.clock.now();
    if (nowMs < this.#askAtMs) return false;
    this.#askAtMs = nowMs + LEAVE_ALONE_MS;
    return true;
  }

  answered(): void {
    if (this.#inARow === 0) return;
    this.#inARow = 0;
    this.tell({ type: 'store-recovered' });
  }

  failed(error: unknown): void {
    this.failures++;
    this.error = error;
    this.#askAtMs = this.clock.now() + LEAVE_ALONE_MS;
    if (++this.#inARow === 1) this.tell({ type: 'store-failed', error });
  }
}
