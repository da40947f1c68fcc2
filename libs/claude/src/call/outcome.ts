import type { FailureMeaning } from '../errors/failure-meaning.js';

/** Where in its life a call was when the caller left. */
export type AbandonedAt = 'before-answer' | 'during-answer';

/** How a call ended. Exactly one of these, exactly once. */
export type Outcome =
  | { readonly kind: 'succeeded' }
  /** The API, the network or the answer itself failed. */
  | { readonly kind: 'failed'; readonly error: FailureSummary }
  /** We said no before anything was sent: a limit, a budget, a circuit, the sanitizer, a shutdown. */
  | { readonly kind: 'refused'; readonly code: string }
  /** The caller went away: aborted, stopped reading, or dropped the answer. */
  | { readonly kind: 'abandoned'; readonly at: AbandonedAt };

/** What a failure was, without any text that could hold a prompt or a secret. */
export interface FailureSummary {
  /** Name of the error's class, e.g. `StreamInterruptedError`, or of the API's, e.g. `overloaded_error`. */
  readonly type: string;
  /** HTTP status, where there was an answer. */
  readonly status: number | null;
  /** The API's `error_code`, or the literal code of an error of ours. */
  readonly code: string | null;
  /** What it means: who is at fault, and what may help. */
  readonly meaning: FailureMeaning;
}

/** A call that ended as it should. */
export const SUCCEEDED: Outcome = Object.freeze({ kind: 'succeeded' });
