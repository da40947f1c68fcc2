/** Where attempts go, and with which key. */
export interface Endpoint {
  readonly name: string;
  /** The key for the next attempt; `null` when the SDK's own credentials are used. */
  readonly key: KeySupplier | null;
  /** What the key is called where spending is counted by key. */
  readonly keyId: string;
  /** Who owns the limits: organization or workspace. Endpoints of one domain add no capacity to each other. */
  readonly limitDomain: string;
}

/** Supplies an API key, asked before every attempt. */
export type KeySupplier = () => string | Promise<string>;

/**
 * The key that the SDK's client is built with. It needs one before any middleware runs, while ours is chosen for each
 * attempt; this one is replaced before a request leaves, and a request that carries another is left as it is.
 */
export const PLACEHOLDER_KEY = 'replaced-by-nestjs-claude';

/** What the placeholder looks like in a request. */
export const PLACEHOLDER_AUTHORIZATION = `Bearer ${PLACEHOLDER_KEY}`;

/** What a request authorizes itself with, without the scheme before it. */
export function credentialIn(headers: Headers): string | undefined {
  return headers.get('authorization')?.replace(/^\w+ /, '') ?? headers.get('x-api-key') ?? undefined;
}
