import type { Usage } from './usage.js';
import type { Attempt } from './attempt.js';

/** Somebody who holds something for as long as an attempt lasts. Each is called once, and must not throw. */
export interface AttemptListener {
  /** The exchange begins; nothing is sent yet. */
  attemptBegan?(attempt: Attempt): void;
  /** The request is handed to the transport. */
  attemptSent?(attempt: Attempt): void;
  /** An answer has begun, whatever its status. */
  attemptAnswered?(attempt: Attempt, headers: Headers): void;
  /** The answer may be handed out: JSON at its end, a stream at its first content. */
  attemptCommitted?(attempt: Attempt): void;
  /** A stream has told what input it counted. */
  inputKnown?(attempt: Attempt, usage: Usage): void;
  /** The answer is JSON, and this is its value: the one that is handed out, so not to be changed. */
  jsonKnown?(attempt: Attempt, value: unknown): void;
  /** Bytes of an answer that is neither JSON nor events pass on their way to the caller. Not to be kept. */
  bytesPassed?(attempt: Attempt, bytes: Uint8Array): void;
  /** The exchange is over, its answer's body included. */
  attemptEnded(attempt: Attempt): void;
}
