import type { CallContext } from 'nestjs-claude';
import { GatewayError, invalidRequest } from '../errors/gateway-error.js';
import { isJsonObject, type JsonBody } from '../http/json-body.js';
import { KEY_TAG, type GatewayKey } from './gateway-keys.js';

/**
 * Whom and what calls are attributed to: what the key says holds, and the request may say the rest.
 *
 * @throws GatewayError (400) for a request that gives itself the tag of a key.
 */
export function callerContext(key: GatewayKey | null, said: CallContext): CallContext {
  if (said.tags !== undefined && Object.hasOwn(said.tags, KEY_TAG)) {
    throw invalidRequest(`x-claude-tags: ${KEY_TAG} is the gateway's own: leave it out.`);
  }
  if (key === null) return said;
  return { ...said, user: key.user ?? said.user, tags: { ...said.tags, ...key.tags, [KEY_TAG]: key.id } };
}

/** @throws GatewayError (403) for a model the key may not ask. */
export function checkModel(key: GatewayKey | null, body: JsonBody | undefined): void {
  if (key?.models === undefined || body === undefined) return;
  const model = isJsonObject(body.value) ? body.value['model'] : undefined;
  if (typeof model === 'string' && key.models.includes(model)) return;
  throw new GatewayError(403, 'permission_error', `This key may ask ${key.models.join(', ')} alone.`);
}
