import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../errors/gateway-error.js';
import { isLoopback } from '../http/loopback.js';
import type { GatewayKey, GatewayKeys } from './gateway-keys.js';
import { presentedKey } from './presented-key.js';

/** What orchestrators ask, who have no key. It tells nothing of any caller. */
const PUBLIC_PATHS: ReadonlySet<string> = new Set(['/health', '/health/live', '/health/ready']);

/**
 * Who may come in. With keys: whoever brings one of them. Without: this machine alone, which the gateway sees to by
 * listening nowhere else, and by turning away pages of the web that a browser lets in under a name of theirs.
 */
export class Access {
  readonly #callers = new WeakMap<IncomingMessage, GatewayKey>();

  constructor(
    private readonly keys: GatewayKeys | null,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Asked of every request before anything is known of it.
   *
   * @throws GatewayError (400, 401, 403) for one that may not come in.
   */
  readonly admit = (request: FastifyRequest): void => {
    if (PUBLIC_PATHS.has(request.url)) return;
    if (this.keys === null) {
      checkHost(request.headers.host);
      return;
    }
    const key = presentedKey(request);
    if (key === null)
      throw unauthorized('`x-api-key` or `Authorization: Bearer` with a key of this gateway is required.');
    const caller = this.keys.ring.find(key);
    if (caller === null || this.#hasEnded(caller)) throw unauthorized('This is no key of this gateway.');
    this.#callers.set(request.raw, caller);
  };

  /** Whose key the request brought; `null` where there are no keys. */
  callerOf({ raw }: Pick<FastifyRequest, 'raw'>): GatewayKey | null {
    return this.#callers.get(raw) ?? null;
  }

  #hasEnded({ expiresAt }: GatewayKey): boolean {
    return expiresAt !== undefined && Date.parse(expiresAt) <= this.now();
  }
}

function unauthorized(message: string): GatewayError {
  return new GatewayError(401, 'authentication_error', message, { 'www-authenticate': 'Bearer' });
}

/** A page can have its own name resolve to this machine, and then read what it is answered. It cannot send another name. */
function checkHost(host = ''): void {
  const name = host.replace(/:\d+$/, '').replaceAll(/^\[|\]$/g, '');
  if (isLoopback(name)) return;
  throw new GatewayError(
    403,
    'permission_error',
    'Without keys of its own the gateway answers to localhost alone: ask it by that name, or create a key for its callers.',
  );
}
