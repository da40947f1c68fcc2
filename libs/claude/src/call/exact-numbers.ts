import { randomUUID } from 'node:crypto';

/** JSON in which numbers that a double cannot hold stand as strings, so that they can be written again digit by digit. */
export interface KeptNumbers {
  readonly json: string;
  /** Puts the numbers back into what was made of it. */
  restore(json: string): string;
}

/** Has a hit wherever such a number is, and rarely elsewhere: most bodies are looked at no further. */
const SUSPECT = /[\d.]{16}|\d[eE][+-]?\d{3}/;

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** `null` where every number of a JSON text stays the same when it is read and written. Linear in the length of the text. */
export function keepNumbers(json: string): KeptNumbers | null {
  if (!SUSPECT.test(json)) return null;
  // Nobody who writes a request can know it.
  const mark = randomUUID();
  let found = false;
  const keep = (literal: string): string => {
    if (isExact(literal)) return literal;
    found = true;
    return `"${mark}${literal}"`;
  };
  const kept = outsideStrings(json, (part) => part.replaceAll(NUMBER, keep));
  if (!found) return null;
  const marked = new RegExp(`"${mark}([^"]+)"`, 'g');
  return { json: kept, restore: (text) => text.replaceAll(marked, '$1') };
}

/** Whether a number means the same once it was a double. */
function isExact(literal: string): boolean {
  // Fifteen digits always fit.
  if (literal.length < 16 && !/e/i.test(literal)) return true;
  const value = Number(literal);
  return Number.isFinite(value) && meaningOf(String(value)) === meaningOf(literal);
}

/** Significant digits and the power of ten they are multiplied by: the same for `100`, `1e2` and `100.0`. */
function meaningOf(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.replace(/^-/, '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = withoutLastZeros(digits);
  if (significant === '') return '0';
  return `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/** In one pass: a pattern would begin anew at each zero. */
function withoutLastZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

function outsideStrings(json: string, change: (part: string) => string): string {
  const parts: string[] = [];
  for (let at = 0; at < json.length;) {
    const quote = json.indexOf('"', at);
    const start = quote < 0 ? json.length : quote;
    const end = quote < 0 ? json.length : endOfString(json, quote);
    parts.push(change(json.slice(at, start)), json.slice(start, end));
    at = end;
  }
  return parts.join('');
}

/** Where a string ends, behind its quote. */
function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote >= 0; quote = json.indexOf('"', quote + 1)) {
    let before = quote;
    while (json[before - 1] === '\\') before -= 1;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  return json.length;
}
