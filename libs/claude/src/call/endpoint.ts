import type { LiveKey } from '../keys/live-key.js';

/** Where attempts go, and with which key. */
export interface Endpoint {
  readonly name: string;
  /** The keys of its attempts; `null` when the SDK's own credentials are used. */
  readonly key: EndpointKey | null;
  /** What the key is called where spending is counted by key. */
  readonly keyId: string;
  /** Who owns the limits: organization or workspace. Endpoints of one domain add no capacity to each other. */
  readonly limitDomain: string;
}

/** Who has the key of an endpoint, as its attempts know it. */
export interface EndpointKey {
  /**
   * The key for an attempt. A promise only when it has to be waited for.
   *
   * @throws KeyUnavailableError when there is none, or the API refuses it.
   */
  next(): LiveKey | Promise<LiveKey>;
  /** The API has taken a key that was suspect. */
  accepted(key: LiveKey): void;
  /** The API has refused a key. Tells whether there is another to try, once that is known; never rejects. */
  refused(key: LiveKey): Promise<boolean>;
}

/**
 * The key that the SDK's client is built with. It needs one before any middleware runs, while ours is chosen for each
 * attempt; this one is replaced before a request leaves, and a request that carries another is left as it is.
 */
export const PLACEHOLDER_KEY = 'replaced-by-nestjs-claude';

/** What the placeholder looks like in a request. */
export const PLACEHOLDER_AUTHORIZATION = `Bearer ${PLACEHOLDER_KEY}`;
