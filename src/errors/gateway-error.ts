/** A request the gateway itself turns down. The message goes to the caller as it is. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly status: number,
    /** The API's error type, e.g. `invalid_request_error`. */
    readonly type: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export function invalidRequest(message: string): GatewayError {
  return new GatewayError(400, 'invalid_request_error', message);
}

export function notFound(path: string): GatewayError {
  return new GatewayError(404, 'not_found_error', `There is nothing at ${path}.`);
}

export function methodNotAllowed(method: string, path: string, allowed: readonly string[]): GatewayError {
  const allow = allowed.join(', ');
  return new GatewayError(405, 'invalid_request_error', `${path} takes ${allow}, not ${method}.`, { allow });
}
