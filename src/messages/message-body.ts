import type { FastifyRequest } from 'fastify';
import { invalidRequest } from '../errors/gateway-error.js';
import { isJsonObject, type JsonBody } from '../http/json-body.js';

/** More than any conversation has, and few enough to look at. */
const MAX_MESSAGES = 1_000;

/** By these some gateways let a caller choose where a request, and with it the key, is sent. Here nobody does. */
const REDIRECTING_FIELDS = ['api_base', 'api_key', 'base_url', 'baseURL', 'custom_host'] as const;

/** A request whose body may be missing, since a request may come without one. */
export type BodyRequest = FastifyRequest<{ Body: JsonBody | undefined }>;

interface Field {
  readonly name: string;
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const MODEL: Field = { name: 'model', expected: 'string', accepts: (value) => typeof value === 'string' };
const MAX_TOKENS: Field = { name: 'max_tokens', expected: 'integer', accepts: Number.isInteger };
const MESSAGES: Field = { name: 'messages', expected: 'list', accepts: Array.isArray };

/** What `POST /v1/messages` cannot do without. Everything else is for the API to judge. */
export const MESSAGE_FIELDS: readonly Field[] = [MODEL, MAX_TOKENS, MESSAGES];

/** What `POST /v1/messages/count_tokens` cannot do without. */
export const COUNT_FIELDS: readonly Field[] = [MODEL, MESSAGES];

/** @throws GatewayError (400, worded as the API does) for a body that cannot be a request. */
export function checkBody(body: JsonBody | undefined, fields: readonly Field[]): JsonBody {
  if (body === undefined) throw invalidRequest('The request has no body: send a JSON object.');
  const { value } = body;
  if (!isJsonObject(value)) throw invalidRequest('The request body must be a JSON object.');
  for (const { name, expected, accepts } of fields) {
    if (!Object.hasOwn(value, name)) throw invalidRequest(`${name}: Field required`);
    if (!accepts(value[name])) throw invalidRequest(`${name}: Input should be a valid ${expected}`);
  }
  checkLimits(value);
  return body;
}

/** @throws GatewayError (400) for what no request of a caller's may hold. */
function checkLimits(body: Readonly<Record<string, unknown>>): void {
  for (const name of REDIRECTING_FIELDS) {
    if (Object.hasOwn(body, name)) throw invalidRequest(`${name}: where requests go is not for them to say.`);
  }
  const { messages } = body;
  if (Array.isArray(messages) && messages.length > MAX_MESSAGES) {
    throw invalidRequest(`messages: List should have at most ${MAX_MESSAGES} items`);
  }
}

/** Whether the caller wants the answer as server-sent events. */
export function isStream({ value }: JsonBody): boolean {
  return isJsonObject(value) && value['stream'] === true;
}
