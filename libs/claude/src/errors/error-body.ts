/** An error as the API words it, in a response body or in an `error` event of a stream. */
export interface ErrorBody {
  readonly type: 'error';
  readonly error: {
    readonly type: string;
    readonly message: string;
    readonly details?: { readonly error_code?: unknown } | null;
  };
  readonly request_id?: string | null;
}

/** HTTP status of each error type. Source: Anthropic API docs, "Errors". */
const STATUS_OF_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  memory_path_conflict_error: 409,
  memory_precondition_failed_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/**
 * The same of what ends a stream of Bedrock. Source: AWS, "InvokeModelWithResponseStream"; a model that fails or is late has
 * statuses of the caller's there (424, 408), and those of the service here.
 */
const STATUS_OF_EXCEPTION: Readonly<Record<string, number>> = {
  validationException: 400,
  throttlingException: 429,
  internalServerException: 500,
  modelStreamErrorException: 500,
  serviceUnavailableException: 503,
  modelTimeoutException: 504,
};

/** The status an error inside a 200 stream stands for. A type nobody knows yet is the service's fault. */
export function statusOfErrorType(type: string): number {
  const table = Object.hasOwn(STATUS_OF_TYPE, type) ? STATUS_OF_TYPE : STATUS_OF_EXCEPTION;
  return Object.hasOwn(table, type) ? (table[type] ?? 500) : 500;
}

/** The error type of a status, for answers that did not come in the API's own words. */
export function errorTypeOfStatus(status: number): string {
  const known = Object.entries(STATUS_OF_TYPE).find(([, code]) => code === status);
  if (known) return known[0];
  return status >= 500 ? 'api_error' : 'invalid_request_error';
}

/** Writes an error in the API's own shape. */
export function errorBody(type: string, message: string, requestId: string | null = null): ErrorBody {
  return { type: 'error', error: { type, message }, request_id: requestId };
}

export function isErrorBody(value: unknown): value is ErrorBody {
  if (typeof value !== 'object' || value === null || !('error' in value)) return false;
  const { error } = value;
  return typeof error === 'object' && error !== null && 'type' in error && typeof error.type === 'string';
}
