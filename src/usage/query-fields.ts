import { invalidRequest } from '../errors/gateway-error.js';

/** A query as Fastify parses it: a field that is given more than once is a list. */
export type RawQuery = Readonly<Record<string, unknown>>;

/**
 * The fields of a query, each given once or not at all.
 *
 * @throws GatewayError (400) naming the field that is unknown or repeated.
 */
export function queryFields<Name extends string>(
  query: RawQuery,
  names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> {
  const fields: Partial<Record<Name, string>> = {};
  for (const [given, value] of Object.entries(query)) {
    const name = names.find((each) => each === given);
    if (name === undefined) throw unknownField(given, names);
    if (typeof value !== 'string') throw invalidRequest(`${name}: is given more than once: give it once.`);
    fields[name] = value;
  }
  return fields;
}

function unknownField(given: string, names: readonly string[]): Error {
  const known = names.length === 0 ? 'None can be given here.' : `Those that can be given are ${names.join(', ')}.`;
  return invalidRequest(`${given}: is no field of this query. ${known}`);
}
