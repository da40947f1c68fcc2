import type { ReadableWritablePair, StreamPipeOptions } from 'node:stream/web';
import { inspect } from 'node:util';
import type { WireBody } from './body.js';
import { BodyIterator } from './body-iterator.js';
import { PlatformReadableStream } from './platform.js';
import { toReadableStream } from './readable.js';

type Real = ReadableStream<Uint8Array>;
type RealIterator = ReturnType<Real[typeof Symbol.asyncIterator]>;

/** How Node asks a web stream for its state (`stream.isDisturbed` and its like). */
const kDisturbed: unique symbol = Symbol.for('nodejs.stream.disturbed');
const kErrored: unique symbol = Symbol.for('nodejs.stream.errored');
const kReadable: unique symbol = Symbol.for('nodejs.stream.readable');

/** Whose body it is. */
export interface BodyOwner {
  ownedWire(): WireBody;
}

/**
 * What `response.body` is: it iterates straight over the body, and becomes a real web stream when somebody asks for what
 * only that can do. `instanceof ReadableStream` holds. While one of these or its iterator is alive, the body is wanted.
 */
export class BodyStream implements Real {
  readonly #owner: BodyOwner;
  #real: Real | undefined = undefined;
  #holder: object | undefined = undefined;

  constructor(owner: BodyOwner) {
    this.#owner = owner;
  }

  /** Asked for only when somebody reads: a body that is all here need not be made one for those who only look. */
  get #body(): WireBody {
    return this.#owner.ownedWire();
  }

  get locked(): boolean {
    if (this.#holder instanceof BodyIterator && this.#body.drained) this.#holder = undefined;
    return this.#holder !== undefined || this.#real?.locked === true;
  }

  cancel(reason?: unknown): Promise<void> {
    if (this.locked) return Promise.reject(lockedError());
    if (this.#real !== undefined) return this.#real.cancel(reason);
    this.#body.cancel(reason);
    return Promise.resolve();
  }

  [Symbol.asyncIterator](): RealIterator {
    if (this.#real !== undefined) return this.#real[Symbol.asyncIterator]();
    const iterator = new BodyIterator(this.#body, this);
    this.claim(iterator);
    return iterator;
  }

  values(options?: { preventCancel?: boolean }): RealIterator {
    return options?.preventCancel === true ? this.#materialize().values(options) : this[Symbol.asyncIterator]();
  }

  getReader(options: { mode: 'byob' }): ReadableStreamBYOBReader;
  getReader(): ReadableStreamDefaultReader<Uint8Array>;
  getReader(options?: { mode?: 'byob' }): ReadableStreamBYOBReader | ReadableStreamDefaultReader<Uint8Array>;
  getReader(options?: { mode?: 'byob' }): ReadableStreamBYOBReader | ReadableStreamDefaultReader<Uint8Array> {
    return this.#materialize().getReader(options);
  }

  pipeThrough<T>(pair: ReadableWritablePair<T, Uint8Array>, options?: StreamPipeOptions): ReadableStream<T> {
    return this.#materialize().pipeThrough(pair, options);
  }

  pipeTo(destination: WritableStream<Uint8Array>, options?: StreamPipeOptions): Promise<void> {
    return this.locked ? Promise.reject(lockedError()) : this.#materialize().pipeTo(destination, options);
  }

  tee(): [Real, Real] {
    return this.#materialize().tee();
  }

  get [kDisturbed](): boolean {
    return this.#body.used;
  }

  get [kErrored](): boolean {
    return this.#body.settled === 'failed';
  }

  get [kReadable](): boolean {
    return this.#body.settled === 'open' || this.#body.queuedBytes > 0;
  }

  [inspect.custom](): string {
    return `ReadableStream { locked: ${this.locked}, wire: '${this.#body.settled}' }`;
  }

  /** @internal Locks the stream for `holder`. */
  claim(holder: object): void {
    if (this.locked) throw lockedError();
    this.#holder = holder;
  }

  /** @internal */
  release(holder: object): void {
    if (this.#holder === holder) this.#holder = undefined;
  }

  #materialize(): Real {
    if (this.#real === undefined && this.locked) throw lockedError();
    return (this.#real ??= toReadableStream({
      next: () => this.#body.next(),
      cancel: (reason) => this.#body.cancel(reason),
    }));
  }

  /** Node keeps a web stream's state in symbols of its own and asks for them directly, in `Readable.fromWeb` for one. */
  static {
    Object.setPrototypeOf(BodyStream.prototype, PlatformReadableStream.prototype);
    for (const key of Reflect.ownKeys(new PlatformReadableStream())) {
      Object.defineProperty(BodyStream.prototype, key, {
        get(this: BodyStream) {
          return Reflect.get(this.#materialize(), key);
        },
      });
    }
  }
}

function lockedError(): TypeError {
  return Object.assign(new TypeError('Invalid state: ReadableStream is locked'), { code: 'ERR_INVALID_STATE' });
}
