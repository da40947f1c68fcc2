import type Anthropic from '@anthropic-ai/sdk';
import type { CALL_CONTEXT, CallContext } from './context.js';

/** The key of the attempts a caller asked for with the SDK's `maxRetries`, whose own loop is off. */
export const CALL_MAX_RETRIES: unique symbol = Symbol.for('nestjs-claude:call-max-retries');

/** The key of a request's parsed body, where the body itself is given as bytes. */
export const CALL_PARAMS: unique symbol = Symbol.for('nestjs-claude:call-params');

/** The key of a mark that the request leaves by a `fetch` that is not ours. */
export const CALL_FOREIGN_FETCH: unique symbol = Symbol.for('nestjs-claude:call-foreign-fetch');

/** The key of what renews the SDK's own credentials, of the client that makes the request. */
export const CALL_RENEW_AUTHORIZATION: unique symbol = Symbol.for('nestjs-claude:call-renew-authorization');

/** What of ours travels through the SDK's request options to our middleware. The SDK passes on what it does not know. */
export interface TravellingOptions {
  readonly [CALL_CONTEXT]?: CallContext;
  [CALL_MAX_RETRIES]?: number | undefined;
  readonly [CALL_PARAMS]?: unknown;
  [CALL_FOREIGN_FETCH]?: boolean;
  [CALL_RENEW_AUTHORIZATION]?: (headers: Headers) => Promise<boolean>;
}

/** Request options of the SDK, with headers as a plain object. */
export interface EncodedBodyOptions extends Omit<Anthropic.RequestOptions, 'headers'> {
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Request options for a body that is already encoded, so that its bytes go out as they are and are parsed by nobody
 * again: `claude.client.post('/v1/messages', encodedBody(bytes, params, { stream: true })).asResponse()`.
 *
 * @param bytes The encoded JSON.
 * @param params What the bytes say, for whatever needs to know model or content.
 */
export function encodedBody(
  bytes: Uint8Array | string,
  params: unknown,
  options: EncodedBodyOptions = {},
): Anthropic.RequestOptions {
  const headers = { 'content-type': 'application/json', ...options.headers };
  const travelling: Anthropic.RequestOptions & TravellingOptions = {
    ...options,
    body: bytes,
    headers,
    [CALL_PARAMS]: params,
  };
  return travelling;
}
