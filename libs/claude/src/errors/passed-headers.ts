/** Headers of the API's answers that callers may get, besides all of the API's own (`anthropic-`). Lower case. */
const PASSED: ReadonlySet<string> = new Set([
  'cache-control',
  'content-type',
  'request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
]);

/**
 * What of an answer's headers may go on to one's own caller, in lower case: when to come back, the id of the request and
 * what is left of the limits. Nothing about the connection, the encoding or cookies.
 */
export function passedHeaders(headers: Headers): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (PASSED.has(name) || name.startsWith('anthropic-')) passed[name] = value;
  }
  return passed;
}
