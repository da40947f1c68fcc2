/** An option given as `undefined` is one that is not given, and must not stand in the way of its default. */
export function defined<T extends object>(group: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(group ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}
