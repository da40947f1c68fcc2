import { BodyReader } from './body-reader.js';
import type { BodySink, BodySource, BodyState, BodyTap, ReadResult } from './body.types.js';
import { abortError, asError, toError } from './errors.js';
import { toReadableStream } from './readable.js';
import { Tee } from './tee.js';

export type { BodySink, BodySource, BodyState, BodyTap } from './body.types.js';

const DEFAULT_HIGH_WATER_MARK_BYTES = 64 * 1024;
const NO_SOURCE: BodySource = { pause() {}, resume() {}, abort() {} };

/**
 * What a registry holds of a body: emptied when it lets go of it. The registry's own note of it is in the old space, and would
 * carry over there whatever it still holds, the call and its answer with it, for the next full collection to find.
 */
interface Guard {
  body: WireBody | null;
}

const droppedBodies = new FinalizationRegistry<Guard>(({ body }) => body?.abandon());

/** The bytes of one response on their way from a source to a single consumer, with back-pressure and room for one tap. */
export class WireBody implements BodySink {
  readonly #source: BodySource;
  readonly #reader: BodyReader;
  #sink: BodySink;
  #tap: BodyTap | null = null;
  #settled: BodyState = 'open';
  #error: Error | undefined = undefined;
  #guard: Guard | null = null;
  #adopted = false;
  /** Somebody reads it without a response. */
  #released = false;

  /** @param highWaterMarkBytes unread bytes above which the source is paused. Default 64 KiB. */
  constructor(source: BodySource, highWaterMarkBytes: number = DEFAULT_HIGH_WATER_MARK_BYTES) {
    this.#source = source;
    this.#reader = new BodyReader(source, highWaterMarkBytes);
    this.#sink = this.#reader;
  }

  /** A body that has arrived completely. */
  static of(bytes: Uint8Array): WireBody {
    const body = new WireBody(NO_SOURCE);
    if (bytes.byteLength > 0) body.push(bytes);
    body.end();
    return body;
  }

  get settled(): BodyState {
    return this.#settled;
  }

  /** Bytes received and not yet read. */
  get queuedBytes(): number {
    return this.#reader.queuedBytes;
  }

  /** Whether a consumer has begun to read, or has cancelled. */
  get used(): boolean {
    return this.#reader.used;
  }

  /** Whether there is nothing left to read, nor to wait for. */
  get drained(): boolean {
    return this.#settled !== 'open' && this.#reader.queuedBytes === 0;
  }

  /** Whether a read waits for bytes. */
  get waiting(): boolean {
    return this.#reader.waiting;
  }

  /** While true the source is not paused above the high-water mark (the tap is still waiting for its commit point). */
  get keepFlowing(): boolean {
    return this.#reader.keepFlowing;
  }

  set keepFlowing(keep: boolean) {
    this.#reader.keepFlowing = keep;
  }

  push(chunk: Uint8Array): void {
    if (this.#settled !== 'open') return;
    if (this.#tap === null || this.#tapped(this.#tap, chunk)) this.#sink.push(chunk);
  }

  end(): void {
    if (this.#settled !== 'open') return;
    this.#settle('ended');
    if (this.#tap === null || this.#tappedEnd(this.#tap)) this.#sink.end();
  }

  fail(error: Error): void {
    if (this.#settled !== 'open') return;
    this.#settle('failed');
    this.#failWith(this.#tap === null ? error : betterError(this.#tap, error));
  }

  /** Sets the one tap, and replays to it what has arrived already. Throws when there is a tap, or when reading has begun. */
  tap(tap: BodyTap): void {
    if (this.#tap !== null) throw new Error('The body has a tap already. One tap sees everything: share it.');
    if (this.used && this.#settled !== 'cancelled') {
      throw new Error('The body is being read already. Set the tap before the first read.');
    }
    this.#tap = tap;
    if (!this.#reader.replay((chunk) => this.#tapped(tap, chunk))) return;
    if (this.#settled === 'ended') this.#tappedEnd(tap);
    else if (this.#settled === 'cancelled') tap.cancel();
    else if (this.#error !== undefined) this.#failWith(betterError(tap, this.#error));
  }

  /** The next bytes; null at the end. Rejects with the failure. Who reads here must cancel: being dropped no longer does. */
  read(): Promise<Uint8Array | null> {
    this.#release();
    return this.next().then((result) => (result.done === true ? null : result.value));
  }

  /** The whole body. Rejects with the failure, and when the body is cancelled. */
  collect(): Promise<Buffer> {
    this.#release();
    return this.#reader.collect();
  }

  /** Stops the body and, unless the source is over, aborts it. Reads give the end from now on. Idempotent. */
  cancel(reason?: unknown): void {
    const open = this.#settled === 'open';
    if (open) this.#settle('cancelled');
    this.#reader.cancel();
    if (!open) return;
    const error = asError(reason) ?? abortError('The response body was cancelled');
    if (this.#sink !== this.#reader) this.#sink.fail(error);
    this.#source.abort(error);
    this.#tap?.cancel();
  }

  /** The body as a real web stream of bytes, which takes from here no faster than it is read. */
  toReadableStream(): ReadableStream<Uint8Array> {
    return toReadableStream(this);
  }

  /** Two bodies that each carry all of this one. The source flows as fast as the faster of them is read. */
  tee(): readonly [WireBody, WireBody] {
    const tee = new Tee(this, this.#source);
    const branches = [new WireBody(tee.left), new WireBody(tee.right)] as const;
    const received = this.#reader.handOff();
    this.#release();
    this.#sink = tee.into(branches);
    if (received.byteLength > 0) this.#sink.push(received);
    if (this.#error !== undefined) this.#sink.fail(this.#error);
    else if (this.#settled !== 'open') this.#sink.end();
    return branches;
  }

  /** @internal The next step of an async iteration. */
  next(): Promise<ReadResult> {
    return this.#reader.next();
  }

  /** @internal The whole body if it is here already. Throws its failure. */
  collected(): Buffer | undefined {
    return this.#reader.collected();
  }

  /** @internal Whether the body is cancelled when its owner is garbage collected. */
  get guarded(): boolean {
    return this.#guard !== null;
  }

  /** @internal Whether a response was made of this body before. The later one takes the guard over, at once. */
  adopt(): boolean {
    const again = this.#adopted;
    this.#adopted = true;
    return again;
  }

  /** @internal From now on the body is cancelled when `owner` is garbage collected while nobody waits for bytes. */
  guard(owner: object): void {
    this.#unguard();
    if (this.#settled !== 'open' || this.#released) return;
    this.#guard = { body: this };
    droppedBodies.register(owner, this.#guard, this.#guard);
  }

  /** @internal The owner is gone. */
  abandon(): void {
    this.#guard = null;
    if (!this.waiting) this.cancel();
  }

  #release(): void {
    this.#released = true;
    this.#unguard();
  }

  #unguard(): void {
    if (this.#guard === null) return;
    this.#guard.body = null;
    droppedBodies.unregister(this.#guard);
    this.#guard = null;
  }

  #settle(state: BodyState): void {
    this.#settled = state;
    this.#unguard();
  }

  #failWith(error: Error): void {
    this.#settled = 'failed';
    this.#error = error;
    this.#sink.fail(error);
  }

  #tapped(tap: BodyTap, chunk: Uint8Array): boolean {
    try {
      tap.chunk(chunk);
      return true;
    } catch (thrown) {
      const error = toError(thrown);
      this.#settle('failed');
      this.#source.abort(error);
      this.#failWith(betterError(tap, error));
      return false;
    }
  }

  #tappedEnd(tap: BodyTap): boolean {
    try {
      tap.end();
      return true;
    } catch (thrown) {
      this.#failWith(toError(thrown));
      return false;
    }
  }
}

function betterError(tap: BodyTap, error: Error): Error {
  try {
    return tap.fail(error);
  } catch (thrown) {
    return toError(thrown);
  }
}
