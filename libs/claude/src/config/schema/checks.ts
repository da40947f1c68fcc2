import { z } from 'zod';

/** A check with one sentence for everything that can be wrong: `must be <expected>`. */
export function must<T>(expected: string, accepts: (value: unknown) => boolean): z.ZodType<T> {
  return z.custom<T>(accepts, { error: `must be ${expected}` });
}

export function whole(min: number, max: number): z.ZodType<number> {
  return must(`a whole number from ${min} to ${max}`, (value) => Number.isInteger(value) && inRange(value, min, max));
}

export function atLeast(min: number): z.ZodType<number> {
  return must(`a number of at least ${min}`, (value) => Number.isFinite(value) && inRange(value, min, Infinity));
}

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly [T, ...T[]]): z.ZodType<T> {
  const quoted = words.map((word) => `'${word}'`);
  return must(`${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`, (value) => words.some((word) => word === value));
}

/** The longest time-out anybody can mean: a longer one does not fit a timer. */
const LONGEST_MS = 2 ** 31 - 1;

export const milliseconds = must<number>(
  `a number of milliseconds above 0 and up to ${LONGEST_MS}`,
  (value) => typeof value === 'number' && value > 0 && value <= LONGEST_MS,
);

export const millisecondsOrNone = must<number>(
  `a number of milliseconds from 0 to ${LONGEST_MS}`,
  (value) => typeof value === 'number' && value >= 0 && value <= LONGEST_MS,
);

export const share = must<number>(
  'a number above 0 and up to 1',
  (value) => typeof value === 'number' && value > 0 && value <= 1,
);

/** As many as anybody can mean. */
export const count = whole(1, 1_000_000);

export const text = must<string>('a non-empty string', isText);

export const flag = must<boolean>('true or false', (value) => typeof value === 'boolean');

export const object = must<object>('an object', isObject);

export const fn = must<(...args: never[]) => unknown>('a function', (value) => typeof value === 'function');

/** What switches a room off. */
export const off = must<false>('an object or false', (value) => value === false);

export const modelIds = must<string[]>(
  'a list of at least one model id, each once',
  (value) => Array.isArray(value) && value.length > 0 && value.every(isText) && new Set(value).size === value.length,
);

export function inRange(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}
