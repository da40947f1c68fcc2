/** Headers of the API's answers that callers get, besides all of the API's own (`anthropic-`). Lower case. */
const PASSED: ReadonlySet<string> = new Set([
  'cache-control',
  'content-type',
  'request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
]);

/** What of an answer's headers goes on to the caller. Nothing about the connection or the encoding: both are ours. */
export function passedHeaders(headers: Headers): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (PASSED.has(name) || name.startsWith('anthropic-')) passed[name] = value;
  }
  return passed;
}
