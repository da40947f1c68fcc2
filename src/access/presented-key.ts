import type { FastifyRequest } from 'fastify';
import { invalidRequest } from '../errors/gateway-error.js';
import { headerCount } from '../http/refuse-smuggling.js';

/**
 * The key a request brings, as `x-api-key` or as `Authorization: Bearer`; `null` without one.
 *
 * @throws GatewayError (400) where it brings two, or either of them twice: what stands behind them could differ over which counts.
 */
export function presentedKey({ raw }: Pick<FastifyRequest, 'raw'>): string | null {
  const { headers, rawHeaders } = raw;
  if (headerCount(rawHeaders, 'x-api-key') > 1 || headerCount(rawHeaders, 'authorization') > 1) {
    throw invalidRequest(
      'The key is given more than once: give it once, as `x-api-key` or as `Authorization: Bearer`.',
    );
  }
  const key = headers['x-api-key']?.toString();
  const bearer = headers.authorization === undefined ? undefined : tokenOf(headers.authorization);
  if (key !== undefined && bearer !== undefined && key !== bearer) {
    throw invalidRequest('`x-api-key` and `Authorization` differ: give the key as one of them.');
  }
  return key ?? bearer ?? null;
}

/** Anything but a bearer token is compared as it is, and is nobody's key. */
function tokenOf(authorization: string): string {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? authorization;
}
