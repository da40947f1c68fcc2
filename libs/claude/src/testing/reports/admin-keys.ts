import type { IncomingHttpHeaders } from 'node:http';
import { ApiFailure } from '../http/api-failure.js';
import { keyOf } from '../http/api-keys.js';

/** Who may read reports. Keys of calls may not, and these may do nothing else. */
export class AdminKeys {
  readonly #accepted: ReadonlySet<string>;

  constructor(keys: readonly string[]) {
    this.#accepted = new Set(keys);
  }

  /** Without one, nothing has to be kept for reports. */
  get isEmpty(): boolean {
    return this.#accepted.size === 0;
  }

  has(secret: string): boolean {
    return this.#accepted.has(secret);
  }

  /** @throws ApiFailure 401 for no key or an unknown one, 403 for the key of a call */
  authenticate(headers: IncomingHttpHeaders, isCallKey: (secret: string) => boolean): void {
    const secret = keyOf(headers);
    if (secret === undefined) throw new ApiFailure(401, 'x-api-key header is required');
    if (this.#accepted.has(secret)) return;
    if (isCallKey(secret)) throw new ApiFailure(403, 'This endpoint requires an Admin API key.');
    throw new ApiFailure(401, 'invalid x-api-key');
  }
}
