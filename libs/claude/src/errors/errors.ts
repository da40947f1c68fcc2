import type { Message } from '@anthropic-ai/sdk/resources/messages';
import type { Usage } from '../call/usage.js';
import { ClaudeError, type ClaudeErrorOptions } from './claude-error.js';

/** An option of the module, or a setting in the environment, that cannot be accepted. Thrown at start. */
export class InvalidOptionsError extends ClaudeError {
  readonly code = 'invalid_options';
}

/** A call context that cannot be accepted. Thrown by `with()` before anything is sent. */
export class InvalidContextError extends ClaudeError {
  readonly code = 'invalid_context';
}

/** No API key could be had for an attempt. */
export class KeyUnavailableError extends ClaudeError {
  readonly code = 'key_unavailable';
}

/** The application is shutting down: running calls may finish, new ones are refused. */
export class ShuttingDownError extends ClaudeError {
  readonly code = 'shutting_down';
}

/** The call's deadline passed. A retry that it leaves no time for is not made: the API's own error stands then. */
export class DeadlineExceededError extends ClaudeError {
  readonly code = 'deadline_exceeded';

  constructor(
    /** Milliseconds the call was given. */
    readonly deadlineMs: number,
    options?: ClaudeErrorOptions,
  ) {
    super(
      `The call did not finish within its deadline of ${deadlineMs} ms. ` +
        'Raise `timeouts.deadlineMs`, or `deadlineMs` of the call context, if it needs longer.',
      options,
    );
  }
}

/** The upstream answered with something that is not the Messages protocol: broken JSON, an empty body, a huge event. */
export class ProtocolError extends ClaudeError {
  readonly code = 'protocol_error';
}

/** What had arrived of a stream when it ended early. */
export interface PartialStream {
  /** The message as `message_start` announced it, with the text received so far; `null` before `message_start`. */
  readonly message: Message | null;
  /** Concatenated text of all text blocks received so far. */
  readonly text: string;
  /** What the stream had reported or shown of its usage. */
  readonly usage: Usage | null;
}

/** A stream broke after output had been handed out, so it cannot be retried behind the caller's back. */
export class StreamInterruptedError extends ClaudeError {
  readonly code = 'stream_interrupted';

  constructor(
    what: string,
    readonly partial: PartialStream,
    options?: ClaudeErrorOptions,
  ) {
    super(
      `${what} The answer is incomplete: \`error.partial\` holds what arrived, and only the caller can know whether to ask again.`,
      options,
    );
  }
}

/** A stream went silent, or sent nothing but pings, for longer than allowed. */
export class StreamStalledError extends ClaudeError {
  readonly code = 'stream_stalled';

  constructor(
    what: string,
    readonly partial: PartialStream,
    options?: ClaudeErrorOptions,
  ) {
    super(what, options);
  }
}
