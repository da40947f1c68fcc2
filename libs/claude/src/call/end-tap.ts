import { attachFailure } from '../errors/call-failure.js';
import { isAbortError } from '../errors/error-cause.js';
import { summarizeFailure } from '../errors/failure-summary.js';
import type { BodyTap } from '../transport/body.js';
import type { Attempt } from './attempt.js';
import type { Call } from './call.js';
import { SUCCEEDED } from './outcome.js';

/** Follows a body that holds no usage of its call to the end, and settles the call there. */
export class EndTap implements BodyTap {
  constructor(
    private readonly call: Call,
    private readonly attempt: Attempt,
  ) {}

  chunk(bytes: Uint8Array): void {
    this.attempt.tellBytes(bytes);
  }

  end(): void {
    this.attempt.end(null);
    this.call.settle(SUCCEEDED, null);
  }

  fail(error: Error): Error {
    if (isAbortError(error)) {
      this.cancel();
      return error;
    }
    const failure = summarizeFailure(error, { status: this.attempt.status, ofTransport: true });
    this.attempt.end(failure);
    this.call.settle({ kind: 'failed', error: failure }, null);
    attachFailure(error, this.call);
    return error;
  }

  cancel(): void {
    this.attempt.abandon(null);
    this.call.settle({ kind: 'abandoned', at: 'during-answer' }, null);
  }
}
