import type { AttemptRecord } from '../call/record.js';
import type { PartialStream } from './errors.js';

/** One attempt of a call that failed, with what it was thrown away with. */
export interface FailedAttempt extends AttemptRecord {
  /** What was thrown; `undefined` for an attempt that was answered, whose status and type tell what failed. */
  readonly cause: unknown;
}

/** How a call came to fail, told on the error that its caller gets. */
export interface CallFailure {
  /** Our own id of the call, as on its record. */
  readonly callId: string;
  /** Anthropic's `request-id` of the attempt that decided the call, else of the last one that was answered. */
  readonly requestId: string | null;
  /** The attempts in order; empty when the call was refused before any was made. */
  readonly attempts: readonly FailedAttempt[];
  /** Milliseconds the server asked to wait when it failed the attempt that decided the call. */
  readonly retryAfterMs: number | undefined;
  /** Whether another attempt was called for, and the retry budget had none left. */
  readonly retryBudgetExhausted: boolean;
  /** What had arrived of a stream that failed after output was given, in whatever way; `null` for any other call. */
  readonly partial: PartialStream | null;
}

/** Whoever can tell, when asked, how the call failed. */
export interface CallFailureSource {
  callFailure(): CallFailure;
}

/** A function, so that nothing of the call shows where the error or the headers are printed. */
type Tell = () => CallFailure;

/** A registered symbol, so that either build of the package reads what the other wrote. */
const FAILURE = Symbol.for('nestjs-claude:call-failure');

/**
 * Lets {@link failureOf} tell of a call by something its caller will hold: the error itself, or the headers of an answer,
 * which the SDK hands on to the error that it makes of it.
 */
export function attachFailure(target: object, source: CallFailureSource): void {
  const tell: Tell = () => source.callFailure();
  Reflect.defineProperty(target, FAILURE, { value: tell, configurable: true });
}

/**
 * How the call failed that an error ended, be it one of ours or of the SDK: its id, its attempts and their causes.
 * `null` for an error that ended no call of this module.
 */
export function failureOf(error: unknown): CallFailure | null {
  // The SDK wraps what a connection failed with, and its errors of an answer hold the answer's headers.
  for (let each = error, depth = 0; each !== undefined && depth < 4; each = propertyOf(each, 'cause'), depth += 1) {
    const tell = tellOf(each) ?? tellOf(propertyOf(each, 'headers'));
    if (tell !== undefined) return tell();
  }
  return null;
}

function tellOf(target: unknown): Tell | undefined {
  return propertyOf(target, FAILURE) as Tell | undefined;
}

function propertyOf(target: unknown, key: PropertyKey): unknown {
  if (typeof target !== 'object' || target === null) return undefined;
  return (target as Record<PropertyKey, unknown>)[key];
}
