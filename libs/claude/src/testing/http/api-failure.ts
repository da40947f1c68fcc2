/** The type the API uses for a status ("Errors" in the Anthropic API docs). */
const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

const MESSAGES: Readonly<Record<number, string>> = {
  401: 'invalid x-api-key',
  402: 'Your credit balance is too low to access the Anthropic API.',
  403: 'Your API key does not have permission to use the specified resource.',
  404: 'Not found',
  408: 'Request timeout',
  409: 'The request conflicts with the current state of the resource.',
  413: 'Request exceeds the maximum size',
  429: "This request would exceed your organization's rate limit.",
  500: 'Internal server error',
  503: 'Service unavailable',
  504: 'Request timed out',
  529: 'Overloaded',
};

export function errorTypeOf(status: number): string {
  return TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}

export function errorMessageOf(status: number): string {
  return MESSAGES[status] ?? (status < 500 ? 'Invalid request' : 'Internal server error');
}

/** The status an error type stands for. */
export function statusOfErrorType(type: string): number {
  if (type === 'invalid_request_error') return 400;
  const entry = Object.entries(TYPES).find(([, name]) => name === type);
  return entry ? Number(entry[0]) : 500;
}

/** What an error answer says, beside its status. */
export interface ErrorText {
  readonly type: string;
  readonly message: string;
  /** Sent as `error.details.error_code`. */
  readonly errorCode?: string | undefined;
}

export function errorBody(error: ErrorText, requestId: string): string {
  const { type, message, errorCode } = error;
  const details = errorCode === undefined ? {} : { details: { error_code: errorCode } };
  return JSON.stringify({ type: 'error', error: { type, message, ...details }, request_id: requestId });
}

/** A request the simulator refuses the way the API does; thrown by handlers, answered by the server. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly type: string;
  readonly errorCode: string | undefined;
  /** More response headers, a flat list of names and values. */
  readonly headers: readonly string[];

  constructor(
    status: number,
    message: string,
    more: { readonly type?: string; readonly errorCode?: string; readonly headers?: readonly string[] } = {},
  ) {
    super(message);
    this.name = 'ApiFailure';
    this.status = status;
    this.type = more.type ?? errorTypeOf(status);
    this.errorCode = more.errorCode;
    this.headers = more.headers ?? [];
  }
}

/** Throws a 400 `invalid_request_error` unless `condition` holds. */
export function check(condition: unknown, message: string): asserts condition {
  if (!condition) throw new ApiFailure(400, message);
}
