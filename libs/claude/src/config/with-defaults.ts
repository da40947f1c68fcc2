/** Options with every default filled in, frozen. One given as `undefined` is one that is not given. */
export function withDefaults<T extends object>(options: Partial<T> | undefined, defaults: T): T {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  return Object.freeze({ ...defaults, ...(Object.fromEntries(given) as Partial<T>) });
}
