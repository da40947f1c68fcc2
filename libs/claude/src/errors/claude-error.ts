import { AnthropicError } from '@anthropic-ai/sdk';
import { failureOf, type FailedAttempt } from './call-failure.js';
import { ErrorCause } from './error-cause.js';
import type { ErrorOfCode } from './error-of-code.js';

/**
 * What went wrong, as a literal that never changes its spelling.
 *
 * Codes keep clear of the word "timeout" in every spelling: see {@link ClaudeError.toString}.
 */
export type ClaudeErrorCode =
  | 'budget_exceeded'
  | 'circuit_open'
  | 'deadline_exceeded'
  | 'input_blocked'
  | 'invalid_context'
  | 'invalid_options'
  | 'key_unavailable'
  | 'limit_exceeded'
  | 'no_endpoint'
  | 'protocol_error'
  | 'request_exceeds_limit'
  | 'shutting_down'
  | 'store_unavailable'
  | 'stream_interrupted'
  | 'stream_stalled'
  | 'unpriced_model';

/** What every error of ours may carry beside its message. */
export interface ClaudeErrorOptions {
  /** Milliseconds after which the same call may succeed. Left out where time does not help. */
  readonly retryAfterMs?: number;
  /** What led to this error. */
  readonly cause?: unknown;
}

const BRAND = Symbol.for('nestjs-claude:error');

/**
 * Base of every error this module itself decides on. Errors of the API keep the SDK's own classes.
 *
 * It extends the SDK's `AnthropicError`, because the SDK's stream helper passes only those on as they are.
 */
export abstract class ClaudeError extends AnthropicError {
  abstract readonly code: ClaudeErrorCode;
  /** Milliseconds after which the same call may succeed; `undefined` where time does not help. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ClaudeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: ErrorCause.of(options.cause) });
    Object.defineProperty(this, 'name', { value: new.target.name, configurable: true, writable: true });
    Object.defineProperty(this, BRAND, { value: true });
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The attempts that were made of the call it ended, in order, each with its cause; empty when there were none. */
  get attempts(): readonly FailedAttempt[] {
    return failureOf(this)?.attempts ?? [];
  }

  /**
   * The code, without the message: the SDK takes any error whose `String(error)` or `String(error.cause)` looks like a
   * time-out for a connection failure of its own and replaces it, and a remedy may well name a time-out option.
   */
  override toString(): string {
    return `ClaudeError [${this.code}]`;
  }
}

/** Whether an error is one of ours. Unlike `instanceof` it also holds across the ESM and the CommonJS build in one process. */
export function isClaudeError(error: unknown): error is ClaudeError;
/** Whether it is one of ours of one code, with all that its class has: `isClaudeError(error, 'circuit_open')`. */
export function isClaudeError<C extends ClaudeErrorCode>(error: unknown, code: C): error is ErrorOfCode[C];
export function isClaudeError(error: unknown, code?: ClaudeErrorCode): boolean {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  return code === undefined || ('code' in error && error.code === code);
}
