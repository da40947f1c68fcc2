import type { BodySink, BodySource, BodyState, ReadResult } from './body.types.js';
import { ByteQueue } from './byte-queue.js';
import { abortError, toError } from './errors.js';

type Waiter =
  | { readonly wants: 'chunk'; settle(bytes: Uint8Array | null): void; reject(error: unknown): void }
  | { readonly wants: 'all'; settle(bytes: Buffer): void; reject(error: unknown): void };

const NOTHING = Buffer.alloc(0);
const DONE: ReadResult = { value: undefined, done: true };

/** The consumer's half of a body: unread bytes, the one read that waits for more, and the back-pressure between them. */
export class BodyReader implements BodySink {
  readonly #source: BodySource;
  readonly #highWaterMarkBytes: number;
  readonly #queue = new ByteQueue();
  #state: BodyState = 'open';
  #error: Error | undefined = undefined;
  #waiter: Waiter | null = null;
  #waking = false;
  #paused = false;
  #keepFlowing = false;
  #used = false;

  constructor(source: BodySource, highWaterMarkBytes: number) {
    this.#source = source;
    this.#highWaterMarkBytes = highWaterMarkBytes;
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  get used(): boolean {
    return this.#used;
  }

  get waiting(): boolean {
    return this.#waiter !== null;
  }

  get keepFlowing(): boolean {
    return this.#keepFlowing;
  }

  set keepFlowing(keep: boolean) {
    this.#keepFlowing = keep;
    this.#regulate();
  }

  push(chunk: Uint8Array): void {
    this.#queue.push(chunk);
    this.#wake();
    this.#regulate();
  }

  end(): void {
    this.#state = 'ended';
    this.#wake();
  }

  fail(error: Error): void {
    this.#state = 'failed';
    this.#error = error;
    this.#wake();
  }

  /** Reads give the end from now on, or the failure if there was one. */
  cancel(): void {
    this.#used = true;
    this.#queue.clear();
    if (this.#state === 'open') this.#state = 'cancelled';
    this.#wake();
  }

  /** Shows the unread chunks to `keep`, up to its first no: that chunk and the rest are dropped. True if all are kept. */
  replay(keep: (chunk: Uint8Array) => boolean): boolean {
    return this.#queue.keepWhile(keep);
  }

  /** All unread bytes, for another reader to give out. */
  handOff(): Buffer {
    const bytes = this.#queue.drain();
    this.#used = true;
    this.#regulate();
    return bytes;
  }

  next(): Promise<ReadResult> {
    this.#used = true;
    try {
      const chunk = this.#take();
      if (chunk !== undefined) return Promise.resolve(toResult(chunk));
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
    return new Promise((resolve, reject) => {
      this.#wait({ wants: 'chunk', settle: (chunk) => resolve(toResult(chunk)), reject });
    });
  }

  collect(): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const all = this.collected();
      if (all === undefined) this.#wait({ wants: 'all', settle: resolve, reject });
      else resolve(all);
    });
  }

  /** The whole body if it is here already. Throws the failure. */
  collected(): Buffer | undefined {
    this.#used = true;
    if (this.#state === 'open') return undefined;
    this.#checkInterruption();
    if (this.#error !== undefined) throw this.#error;
    if (this.#state === 'cancelled') throw abortError('The response body was cancelled');
    return this.#queue.drain();
  }

  #wait(waiter: Waiter): void {
    if (this.#waiter !== null) throw new Error('A read of the body is pending. Await it before the next one.');
    this.#waiter = waiter;
    this.#regulate();
  }

  /** Later, so that all chunks of one socket read arrive as one. */
  #wake(): void {
    if (this.#waiter === null || this.#waking) return;
    if (this.#waiter.wants === 'all' && this.#state === 'open') return;
    this.#waking = true;
    queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    const waiter = this.#waiter;
    this.#waking = false;
    this.#waiter = null;
    try {
      if (waiter?.wants === 'all') waiter.settle(this.collected() ?? NOTHING);
      else waiter?.settle(this.#take() ?? null);
    } catch (thrown) {
      waiter?.reject(thrown);
    }
  }

  /** The next bytes, null at the end, undefined while there are none yet. Throws the failure. */
  #take(): Uint8Array | null | undefined {
    if (this.#queue.isEmpty) {
      if (this.#error !== undefined) throw this.#error;
      return this.#state === 'open' ? undefined : null;
    }
    this.#checkInterruption();
    const chunk = this.#queue.shift();
    this.#regulate();
    return chunk;
  }

  /** Bytes that are here when the caller aborts are not worth more than those that are not. */
  #checkInterruption(): void {
    if (this.#state === 'open' || this.#queue.isEmpty) return;
    const reason = this.#source.interruption?.();
    if (reason === undefined) return;
    this.#queue.clear();
    this.#error ??= reason;
    throw this.#error;
  }

  #regulate(): void {
    if (this.#state !== 'open') return;
    const full = this.#queue.bytes > this.#highWaterMarkBytes && !this.#keepFlowing && this.#waiter?.wants !== 'all';
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) this.#source.pause();
    else this.#source.resume();
  }
}

function toResult(chunk: Uint8Array | null): ReadResult {
  return chunk === null ? DONE : { value: chunk, done: false };
}
