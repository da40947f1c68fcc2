import type { FastifyRequest } from 'fastify';
import type { CallContext } from 'nestjs-claude';
import { isJsonObject, type JsonBody } from '../http/json-body.js';
import { attributionHeader } from './attribution-header.js';
import { tagsOf } from './tags.js';

/** Longest name, in characters. */
const MAX_LENGTH = 100;

/** A name that fits into one header: printable ASCII. */
const USER = { pattern: /^[\x20-\x7e]{1,100}$/, expected: `1 to ${MAX_LENGTH} printable ASCII characters` };

const REQUEST_TYPE = {
  pattern: /^[A-Za-z0-9][\w.-]{0,99}$/,
  expected: `up to ${MAX_LENGTH} letters, digits, \`.\`, \`_\` and \`-\`, the first a letter or digit`,
};

/** By characters, of which some have two units. */
const BEGINNING = /^.{1,100}/su;

/** What no record or report should hold: control characters, breaks of a line, halves of a character. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Whom and what a request's calls are attributed to, as its sender says: by headers of the gateway's own, which go no
 * further, or by `metadata.user_id` of the API; and the id by which they are found.
 *
 * @throws GatewayError (400) naming the header that cannot be accepted.
 */
export function attributionOf(request: FastifyRequest, body?: JsonBody): CallContext {
  const tags = attributionHeader(request, 'x-claude-tags');
  return {
    correlationId: request.id,
    user: attributionHeader(request, 'x-claude-user', USER) ?? userIn(body?.value),
    tags: tags === undefined ? undefined : tagsOf(tags),
    requestType: attributionHeader(request, 'x-claude-request-type', REQUEST_TYPE),
  };
}

/** It is the API's field, and for the API to judge: of a longer one the beginning counts, and one that is no name names nobody. */
function userIn(body: unknown): string | undefined {
  const metadata = isJsonObject(body) ? body['metadata'] : undefined;
  const user = isJsonObject(metadata) ? metadata['user_id'] : undefined;
  if (typeof user !== 'string') return undefined;
  const name = BEGINNING.exec(user)?.[0].trim() ?? '';
  return name === '' || UNPRINTABLE.test(name) ? undefined : name;
}
