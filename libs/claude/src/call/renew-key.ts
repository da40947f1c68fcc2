import type { Attempt } from './attempt.js';
import type { Call } from './call.js';

/**
 * Sees to it that an attempt after one whose credentials were refused (401) has others: the endpoint's next key, or what
 * the SDK's own credentials give when they are asked again. Takes at most the time the call has left; never rejects.
 *
 * @returns Whether there are others.
 */
export async function renewKey(call: Call, { endpoint, key }: Attempt): Promise<boolean> {
  // A client of the user's own, and a request with credentials of its own, look after those themselves.
  if (endpoint.exchange !== null && endpoint.key === null) return false;
  const renewal = key === null ? call.init.renewAuthorization?.(call.request.headers) : endpoint.key?.refused(key);
  return renewal !== undefined && (await call.within(renewal)) === true;
}
