import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../errors/gateway-error.js';

/** Refuses every request that does not bring the token as `Authorization: Bearer`. What is compared tells nothing by its time. */
export function requireToken(token: string): (request: FastifyRequest) => void {
  const wanted = digestOf(token);
  return ({ headers }) => {
    const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    // Digests are of one length, whatever was given.
    if (timingSafeEqual(digestOf(given ?? ''), wanted)) return;
    throw unauthorized(given === undefined);
  };
}

function unauthorized(isMissing: boolean): GatewayError {
  const message = isMissing
    ? 'The admin listener takes its token as `Authorization: Bearer <ADMIN_TOKEN>`.'
    : 'This is not the token of the admin listener.';
  return new GatewayError(401, 'authentication_error', message, { 'www-authenticate': 'Bearer' });
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
