type Listener = (() => void) | { handleEvent(): void };

/**
 * As much of an `AbortSignal` as our own transport looks at. A real one costs five microseconds with its first listener,
 * more than everything else an attempt is made of, and most are never aborted.
 */
export class WireSignal {
  aborted = false;
  reason: unknown = undefined;
  #listener: Listener | null = null;
  #more: Listener[] | null = null;

  addEventListener(_type: 'abort', listener: Listener): void {
    if (this.#listener === null) this.#listener = listener;
    else (this.#more ??= []).push(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    if (this.#listener === listener) this.#listener = this.#more?.shift() ?? null;
    else this.#more = this.#more?.filter((other) => other !== listener) ?? null;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = [this.#listener, ...(this.#more ?? [])];
    this.#listener = null;
    this.#more = null;
    for (const listener of listeners) {
      if (typeof listener === 'function') listener();
      else listener?.handleEvent();
    }
  }
}
