import type { APIRequest } from '@anthropic-ai/sdk';
import type { LiveKey } from '../keys/live-key.js';
import type { AttemptListener } from './attempt-listener.js';

/** Where attempts go, and with which key. */
export interface Endpoint {
  readonly name: string;
  /** The keys of its attempts; `null` when credentials are not ours to set. */
  readonly key: EndpointKey | null;
  /** Who owns the limits: organization or workspace. Endpoints of one domain add no capacity to each other. */
  readonly limitDomain: string;
  /** How many attempts may be under way there; `null` for as many as its limits allow. */
  readonly maxConcurrent: number | null;
  /** How requests get there; `null` where the SDK's client sends them there by itself. */
  readonly exchange: Exchange | null;
  /** Hears of every attempt there, from its beginning. Default: nobody does. */
  readonly listener?: AttemptListener;
}

/**
 * Sends a request to where the SDK's client would not.
 *
 * @param onward The rest of that client's own chain.
 * @param asked The model by the id that calls use, and whether the answer is a stream.
 */
export type Exchange = (
  request: APIRequest,
  onward: (request: APIRequest) => Promise<Response>,
  asked: { readonly model: string | null; readonly stream: boolean },
) => Promise<Response>;

/** Sends a request to an endpoint, by its own way or by that of the SDK's client. */
export function sendTo(
  { exchange }: Endpoint,
  request: APIRequest,
  onward: (request: APIRequest) => Promise<Response>,
  model: string | null,
  stream: boolean,
): Promise<Response> {
  return exchange === null ? onward(request) : exchange(request, onward, { model, stream });
}

/** What an endpoint is without options: where the SDK's client goes. */
export const PLAIN_ENDPOINT = Object.freeze({
  name: 'default',
  key: null,
  limitDomain: 'default',
  maxConcurrent: null,
  exchange: null,
} as const satisfies Endpoint);

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

/** What a request authorizes itself with, without the scheme before it. */
export function credentialIn(headers: Headers): string | undefined {
  return headers.get('authorization')?.replace(/^\w+ /, '') ?? headers.get('x-api-key') ?? undefined;
}
