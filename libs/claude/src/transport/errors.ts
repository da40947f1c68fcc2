/** `fetch` failed before there was a response. The platform's own shape, which the SDK reads for connection errors. */
export function fetchFailed(cause: unknown): TypeError {
  return new TypeError('fetch failed', { cause });
}

/** The exchange broke after the response's headers. The platform's own shape. */
export function terminated(cause: unknown): TypeError {
  return new TypeError('terminated', { cause });
}

/** The bytes of a body are not what its `content-encoding` says, or end too early for it. */
export class ContentDecodingError extends Error {
  override readonly name = 'ContentDecodingError';
  readonly code = 'ERR_CONTENT_DECODING';

  constructor(encoding: string, cause: Error) {
    super(`The response body could not be decoded as content-encoding "${encoding}": ${cause.message}.`, { cause });
  }
}

/** A request was made of a transport that is closed, or was still running when the closing deadline passed. */
export class TransportClosedError extends Error {
  override readonly name = 'TransportClosedError';
  readonly code = 'ERR_TRANSPORT_CLOSED';

  constructor() {
    super('The transport is closed. Make no requests after close(), or raise closeDeadlineMs for those in flight.');
  }
}

/** There is no TLS between us and a server, or none that can be trusted. Its code is the one of its cause. */
export class UntrustedServerError extends Error {
  override readonly name = 'UntrustedServerError';
  readonly code: string;

  constructor(host: string, cause: CodedError) {
    super(
      `There is no trusted connection to ${host}: ${cause.message.trim()}. ` +
        'Check the host of the URL, and tls.ca where the server has an authority of its own.',
      { cause },
    );
    this.code = cause.code;
  }
}

/** An error of Node or undici. */
export type CodedError = Error & { readonly code: string };

export function hasCode(error: Error): error is CodedError {
  return 'code' in error && typeof error.code === 'string';
}

/** What a call rejects with when its signal aborts: the signal's reason when that is an error, else an `AbortError`. */
export function abortReason(signal: AbortSignal): Error {
  return asError(signal.reason) ?? abortError('This operation was aborted');
}

export function abortError(message: string): Error {
  return new DOMException(message, 'AbortError');
}

/** The value itself when it looks like an error: errors of another realm are no `instanceof Error` here. */
export function asError(value: unknown): Error | undefined {
  return typeof value === 'object' && value !== null && 'name' in value && 'message' in value
    ? (value as Error)
    : undefined;
}

/** Whatever was thrown, as an error. */
export function toError(thrown: unknown): Error {
  return asError(thrown) ?? new Error(String(thrown), { cause: thrown });
}
