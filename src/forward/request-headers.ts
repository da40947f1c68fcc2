import type { IncomingHttpHeaders } from 'node:http';
import { invalidRequest } from '../errors/gateway-error.js';

/** Headers of the caller that go on to the API. Credentials are not among them: the key is the gateway's own. */
const FORWARDED = Object.entries({
  'anthropic-beta': /^[\w.,\- ]{1,2000}$/,
  'anthropic-version': /^[\w.-]{1,100}$/,
  traceparent: /^[\da-f-]{1,100}$/,
  tracestate: /^[\x20-\x7e]{1,512}$/,
});

/**
 * What of a request's headers goes on to the API.
 *
 * @throws GatewayError (400) naming the header that holds what it never does.
 */
export function forwardedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const forwarded: Record<string, string> = {};
  for (const [name, form] of FORWARDED) {
    const value = headers[name];
    if (typeof value !== 'string') continue;
    if (!form.test(value)) throw invalidRequest(`${name}: holds characters that it never has, or too many.`);
    forwarded[name] = value;
  }
  return forwarded;
}
