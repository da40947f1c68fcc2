/**
 * What is wrong with a value as an API key, without the value; `null` when nothing is. A key that no header could carry
 * would otherwise fail inside the HTTP client, with the key in the message.
 */
export function keyProblem(value: unknown): string | null {
  if (typeof value !== 'string') return `is ${value === null ? 'null' : typeof value}, not a string`;
  if (value === '') return 'is an empty string';
  return /^[\u0021-\u007e]+$/.test(value) ? null : 'holds white space or characters that no key has';
}
