import type { BaseAnthropic } from '@anthropic-ai/sdk';
import type { GivenKey, KeyOrigin } from '../keys/key-source.js';
import { DEFAULT_DOMAIN, type EndpointOptions, type HeldClient, type ResolvedEndpoint } from './routing.options.js';

/** At least one. */
export type Endpoints = readonly [ResolvedEndpoint, ...ResolvedEndpoint[]];

/** What the endpoint is called where there is but one key. */
export const SINGLE_ENDPOINT = 'default';

/** What the endpoints of a list of keys are called. */
export function namesOfKeys(keys: number): readonly string[] {
  return Array.from({ length: keys }, (_, index) => `key-${index + 1}`);
}

/** One endpoint, for one key or the SDK's own credentials (`null`). */
export function singleEndpoint(key: KeyOrigin | null): Endpoints {
  return Object.freeze([endpointOf({ name: SINGLE_ENDPOINT }, key, null)]) as Endpoints;
}

/** One for each of several keys, whose limits are the same organization's. */
export function endpointsOfKeys(keys: readonly KeyOrigin[]): Endpoints {
  const endpoints = namesOfKeys(keys.length).map((name, index) => endpointOf({ name }, keys[index] ?? null, null));
  return Object.freeze(endpoints) as unknown as Endpoints;
}

/**
 * Those of the options, with every default filled in.
 *
 * @param keyOf Makes an origin of what an endpoint gives as its key.
 */
export function resolveEndpoints(
  options: readonly EndpointOptions[],
  keyOf: (key: GivenKey, path: string) => KeyOrigin,
): Endpoints {
  const resolved = options.map((each, index) =>
    each.client === undefined
      ? endpointOf(each, keyOf(each.key, `\`endpoints[${index}].key\``), null)
      : endpointOf(each, null, held(each.client)),
  );
  return Object.freeze(resolved) as unknown as Endpoints;
}

type Common = Pick<EndpointOptions, 'name'> & Partial<Omit<EndpointOptions, 'key' | 'client'>>;

function endpointOf(options: Common, key: KeyOrigin | null, client: HeldClient | null): ResolvedEndpoint {
  const { name, weight = 1, baseURL, models, maxConcurrent = null } = options;
  const limitDomain = options.limitDomain ?? (client === null ? DEFAULT_DOMAIN : name);
  return Object.freeze({
    name,
    key,
    baseURL: baseURL?.replace(/\/+$/, '') ?? null,
    client,
    weight,
    limitDomain,
    cacheDomain: options.cacheDomain ?? limitDomain,
    models: models === undefined ? null : namesOf(models),
    maxConcurrent,
  });
}

function held(client: BaseAnthropic): HeldClient {
  return Object.freeze({ client: () => client });
}

function namesOf(models: NonNullable<EndpointOptions['models']>): ReadonlyMap<string, string> {
  return new Map(Array.isArray(models) ? models.map((id: string) => [id, id]) : Object.entries(models));
}
