/** Kinds of fields: each is the first letter of the name of one. */
export const KIND = { rates: 'r', slots: 's', budget: 'b' } as const;

/** Numbers at the head of every field: when it was true, until when nothing but claims changes it, and what it describes. */
export const HEAD_NUMBERS = 3;

/**
 * What is known of a meter, in the order in which it is kept. What follows the name and the description is what decisions
 * need, and what claims and settlements change: see {@link HOT}.
 */
const FIELDS = {
  rate: 'name config unused held granted burst flow changed limit learned closed by',
  slots: 'name config taken limit learned closed by',
  budget: 'name config reserved used recent room latest rolling until limit hard credit usedRing creditRing',
} as const;

/** How many numbers of a meter decisions need. */
export const HOT = { rate: 5, slots: 2, budget: 4 } as const;

/**
 * Lua in which `rate.unused` is written for the third entry of an array: arrays are what packs small, and they have no names.
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
