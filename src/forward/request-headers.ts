import type { IncomingHttpHeaders } from 'node:http';

/** Headers of the caller that go on to the API. Credentials are not among them: the key is the gateway's own. */
const FORWARDED = ['anthropic-beta', 'anthropic-version', 'traceparent', 'tracestate'] as const;

/** What of a request's headers goes on to the API. */
export function forwardedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const forwarded: Record<string, string> = {};
  for (const name of FORWARDED) {
    const value = headers[name];
    if (typeof value === 'string') forwarded[name] = value;
  }
  return forwarded;
}
