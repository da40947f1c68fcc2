/**
 * What is kept of a meter, in the order in which it is packed: first what every claim changes, so that only that is written
 * then. All are doubles. `until` is how long its key lasts, 0 where all of it has to be written; `after` where the numbers end.
 */
const FIELDS = {
  rate: 'unused held granted at until changed burst flow limit learned closed by after',
  slots: 'taken at until learned closed by limit after',
  budget: 'reserved used until usedLatest credit creditLatest rolling keep limit hard rings after usedRing creditRing',
} as const;

/**
 * Lua in which `rate.unused` is written for the first number of a packed state. Such a state is an array, made by one call
 * that unpacks it: it has no names, and naming its numbers one by one would cost as much as everything else.
 *
 * @throws Error for a field that is none, when the module is loaded.
 */
export function lua(source: string): string {
  return source.replaceAll(/\b(rate|slots|budget)\.(\w+)/g, (_, kind: keyof typeof FIELDS, field: string) => {
    const index = FIELDS[kind].split(' ').indexOf(field);
    if (index < 0) throw new Error(`A ${kind} has no ${field}.`);
    return `${kind}[${index + 1}]`;
  });
}
