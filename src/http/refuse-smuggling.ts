import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { GatewayError, invalidRequest } from '../errors/gateway-error.js';

/** Headers of a connection that name no other header. */
const CONNECTION_OPTIONS: ReadonlySet<string> = new Set(['close', 'keep-alive', 'te', 'upgrade', 'http2-settings']);

/** By these some gateways let a caller choose where requests, and with them the key, are sent. Here nobody does. */
const REDIRECTING_HEADERS = [
  'x-api-base',
  'x-base-url',
  'x-portkey-custom-host',
  'x-litellm-api-base',
  'custom-host',
  'base-url',
  'api-base',
] as const;

/** Refuses requests that another server on the way could read in another way, or that want to be led elsewhere. */
export function refuseSmuggling(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    checkFraming(raw);
    done();
  });
}

/** @throws GatewayError (400, 415) naming the header. */
function checkFraming({ rawHeaders, headers }: IncomingMessage): void {
  if (headerCount(rawHeaders, 'host') > 1) throw invalidRequest('host: is given more than once.');
  for (const option of (headers.connection ?? '').split(',')) {
    const name = option.trim().toLowerCase();
    if (name !== '' && !CONNECTION_OPTIONS.has(name)) throw invalidRequest('connection: may name no other header.');
  }
  for (const name of REDIRECTING_HEADERS) {
    if (headers[name] !== undefined) throw invalidRequest(`${name}: where requests go is not for them to say.`);
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new GatewayError(415, 'invalid_request_error', 'content-encoding: bodies are taken uncompressed only.');
  }
}

/** How often a header was sent. Node keeps only the first of some. */
export function headerCount(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const each = rawHeaders[at];
    // Few names are of that length, so that hardly any has to be copied in lower case.
    if (each?.length === name.length && each.toLowerCase() === name) count += 1;
  }
  return count;
}
