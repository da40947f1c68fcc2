import { inspect } from 'node:util';

/**
 * A copy of an object that holds secrets, which is used as the object is and shows only the names in it when it is printed
 * or made into JSON. Anything that is no object stays as it is.
 *
 * @param kind What it is called where it is shown.
 */
export function conceal<T>(value: T, kind: string): T {
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(Reflect.getPrototypeOf(value), Object.getOwnPropertyDescriptors(value)) as T & object;
  const show = (): string => `[${kind}: ${Object.keys(value).join(', ') || 'none'}]`;
  for (const name of [inspect.custom, 'toJSON']) Object.defineProperty(copy, name, { value: show });
  return copy;
}
