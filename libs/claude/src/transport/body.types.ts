/** Where a body comes from, as seen by the body. */
export interface BodySource {
  pause(): void;
  resume(): void;
  /** Destroys the exchange. Idempotent. */
  abort(reason: Error): void;
  /** Asked once the source is over: why the consumer gets no more of what has arrived already (the caller aborted). */
  interruption?(): Error | undefined;
}

/** Sees everything a body carries, in wire order, before its consumer does. Called synchronously; exactly one of end, fail, cancel comes last. */
export interface BodyTap {
  /** May throw: the source is then aborted and the body fails with that error, which `fail` sees first. */
  chunk(bytes: Uint8Array): void;
  /** The source ended cleanly. May throw: the body then fails with that error instead of ending. */
  end(): void;
  /** The source failed. Returns the error the consumer gets (the same or a better one). */
  fail(error: Error): Error;
  /** The consumer cancelled, or dropped the body unread (garbage collected). */
  cancel(): void;
}

/** The producer's side of a body. */
export interface BodySink {
  push(chunk: Uint8Array): void;
  end(): void;
  fail(error: Error): void;
}

/** State of the wire side; the consumer may still have bytes to read. */
export type BodyState = 'open' | 'ended' | 'failed' | 'cancelled';

/** One step of an async iteration over a body. */
export type ReadResult = IteratorResult<Uint8Array, undefined>;
