import { APIConnectionTimeoutError } from '@anthropic-ai/sdk';
import { ErrorCause } from './error-cause.js';

/**
 * The SDK's own time-out error, with what the SDK itself leaves out of it: which limit was reached, and the cause.
 *
 * Its text keeps clear of the word: the SDK replaces whatever error looks like a time-out by a bare one of its own.
 */
export class ConnectionTimeoutError extends APIConnectionTimeoutError {
  constructor(message: string, cause?: unknown) {
    super({ message });
    if (cause !== undefined) Object.defineProperty(this, 'cause', { value: ErrorCause.of(cause), configurable: true });
  }

  override toString(): string {
    return 'No answer came.';
  }
}
