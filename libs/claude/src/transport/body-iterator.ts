import type { WireBody } from './body.js';
import type { ReadResult } from './body.types.js';

interface Lock {
  release(holder: object): void;
}

/** Async iteration over a body without a stream in between. Leaving the loop cancels the body. */
export class BodyIterator {
  readonly #body: WireBody;
  readonly #lock: Lock;
  #last: Promise<ReadResult> | undefined = undefined;

  constructor(body: WireBody, lock: Lock) {
    this.#body = body;
    this.#lock = lock;
  }

  next(): Promise<ReadResult> {
    this.#last = this.#last !== undefined && this.#body.waiting ? this.#after(this.#last) : this.#body.next();
    return this.#last;
  }

  async return(value?: unknown): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#lock.release(this);
    this.#body.cancel(value);
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Somebody asks for two steps at once: they are taken one after the other, as a web stream would. */
  #after(step: Promise<ReadResult>): Promise<ReadResult> {
    return step.catch(() => undefined).then(() => this.next());
  }
}
