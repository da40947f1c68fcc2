/** Of two options, the one that must not be above the other, defaults included. */
export function ordered<K extends string>(
  group: string,
  given: { readonly [key in K]?: number | undefined },
  defaults: { readonly [key in K]: number },
  lower: K,
  upper: K,
): string[] {
  if ((given[lower] ?? defaults[lower]) <= (given[upper] ?? defaults[upper])) return [];
  return [`\`${group}.${lower}\` must not be above \`${group}.${upper}\`: lower the one or raise the other.`];
}
