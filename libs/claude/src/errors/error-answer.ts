import { randomUUID } from 'node:crypto';
import { errorBody, type ErrorBody } from './error-body.js';

/** An error as an HTTP answer in the API's shape. */
export interface HttpAnswer {
  readonly status: number;
  /** By their names in lower case; `content-type` and `request-id` are always among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

/**
 * Writes an error as an HTTP answer in the API's shape.
 *
 * @param type The API's error type, e.g. `invalid_request_error`.
 * @param headers By their names in lower case. Without a `request-id` the answer gets one of its own, in the API's form.
 */
export function errorAnswer(
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  const requestId = idOf(headers['request-id']) ?? newRequestId();
  return withBody(status, errorBody(type, message, requestId), { ...headers, 'request-id': requestId });
}

/** An error body that is there already, as it is; an id in it that no header can hold stays there only. */
export function withBody(status: number, body: ErrorBody, headers: Readonly<Record<string, string>>): HttpAnswer {
  const requestId = idOf(headers['request-id']) ?? idOf(body.request_id) ?? newRequestId();
  return { status, headers: { ...headers, 'content-type': 'application/json', 'request-id': requestId }, body };
}

/** What stands for a request id, if it is one: frameworks may hang on a header that Node refuses to send. */
function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,128}$/.test(value) ? value : undefined;
}

/** An id for an answer that never was the API's, in the API's form. */
function newRequestId(): string {
  return `req_${randomUUID().replaceAll('-', '')}`;
}
