/**
 * The cause of one of our errors: the original's name, message, code and stack, with the original itself as its own
 * cause. It exists because the SDK reads `String(error.cause)` to guess whether an error was a connection time-out, and
 * an error of ours must reach the caller as itself whatever caused it.
 */
export class ErrorCause extends Error {
  readonly code: string | undefined;

  private constructor(original: Error) {
    super(original.message, { cause: original });
    Object.defineProperty(this, 'name', { value: original.name, configurable: true, writable: true });
    if (original.stack !== undefined) this.stack = original.stack;
    this.code = 'code' in original && typeof original.code === 'string' ? original.code : undefined;
  }

  /** Wraps an error; anything else that was thrown becomes an error that names its kind only. */
  static of(cause: unknown): ErrorCause {
    if (cause instanceof ErrorCause) return cause;
    return new ErrorCause(toError(cause));
  }

  override toString(): string {
    return 'ErrorCause';
  }
}

/**
 * Anything thrown, as an Error. Errors of another realm are errors too; a thrown value that is no error may hold a
 * secret, so only its kind is told.
 */
export function toError(thrown: unknown): Error {
  if (isErrorLike(thrown)) return thrown;
  return new Error(`a ${thrown === null ? 'null' : typeof thrown} was thrown instead of an Error`);
}

function isErrorLike(thrown: unknown): thrown is Error {
  if (thrown instanceof Error) return true;
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'name' in thrown;
}

/** Whether an error says that the caller (or somebody holding its signal) called the exchange off. */
export function isAbortError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}
