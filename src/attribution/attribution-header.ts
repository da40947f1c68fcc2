import type { FastifyRequest } from 'fastify';
import { invalidRequest } from '../errors/gateway-error.js';

/** What a header must look like, and how that is said. */
interface HeaderForm {
  readonly pattern: RegExp;
  readonly expected: string;
}

/**
 * A header of the gateway's own; `undefined` where the request has none.
 *
 * @throws GatewayError (400) naming the header, when it is repeated or of another form.
 */
export function attributionHeader(
  { headers, raw }: FastifyRequest,
  name: `x-claude-${string}`,
  form?: HeaderForm,
): string | undefined {
  const value = headers[name];
  if (value === undefined) return undefined;
  // Node joins what is repeated with a comma, which a value may hold itself.
  if (typeof value !== 'string' || raw.headersDistinct[name]?.length !== 1) {
    throw invalidRequest(`${name}: is given more than once: give it once.`);
  }
  if (form === undefined || form.pattern.test(value)) return value;
  throw invalidRequest(`${name}: must be ${form.expected}.`);
}
