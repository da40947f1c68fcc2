import { APIUserAbortError } from '@anthropic-ai/sdk';
import type { Clock } from './clock.js';

/** Whether a call has been called off, and with which error it then ends. It happens once, and for good. */
export class Interruption {
  #makeError: (() => Error) | null = null;
  #wake: (() => void) | null = null;

  /** Makes the error with which the call must end; `null` as long as it may go on. */
  get makeError(): (() => Error) | null {
    return this.#makeError;
  }

  /** Whether the caller called it off. */
  get isByCaller(): boolean {
    return this.#makeError === abortError;
  }

  /** The caller calls it off. */
  beginByCaller(): void {
    this.begin(abortError);
  }

  /** Calls it off, and ends the wait under way. Only the first one counts. */
  begin(makeError: () => Error): void {
    this.#makeError ??= makeError;
    this.#wake?.();
  }

  /** Calls back when it is called off: for the one who holds the call up at the moment. `null` takes it back. */
  set wake(wake: (() => void) | null) {
    this.#wake = wake;
  }

  /** Waits for something, at most for so long and until it is called off; `null` then. Leaves no timer behind. */
  async within<T>(promise: Promise<T>, limitMs: number, clock: Clock): Promise<T | null> {
    const slept = this.sleep(limitMs, clock).then(() => null);
    try {
      return await Promise.race([promise, slept]);
    } finally {
      this.#wake?.();
    }
  }

  /** Waits, at most until the call is called off. Leaves no timer behind. */
  sleep(delayMs: number, clock: Clock): Promise<void> {
    if (this.#makeError) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = clock.setTimer(() => this.#wake?.(), delayMs, true);
      this.#wake = () => {
        this.#wake = null;
        timer.cancel();
        resolve();
      };
    });
  }
}

function abortError(): APIUserAbortError {
  return new APIUserAbortError();
}
