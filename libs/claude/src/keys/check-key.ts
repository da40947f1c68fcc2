/** What people write where a key belongs, and what is left of a variable that nobody filled in. */
const PLACEHOLDERS = [
  /^<[^>]*>$/,
  /^\[[^\]]*\]$/,
  /^\$\{?\w+\}?$|^\$\{\{.*\}\}$|^\{\{.*\}\}$|^%\w+%$/,
  /^(?:undefined|null|todo|tbd|placeholder|dummy|secret|password)$/i,
  /^(?:change|replace|fill|insert|enter|paste)[-_]?(?:me|it|this|here|in|with|your|key|api)/i,
  /(?:^|[-_])your[-_]|(?:^|[-_])api[-_]?key[-_]?here$/i,
  /^(?:sk-ant-)?(?:api\d\d-)?(?:x{3,}|\.{3,}|\*{3,}|…+)[-x.*…]*$/i,
];

/**
 * What is wrong with a value as an API key, without the value; `null` when nothing is. A key that no header could carry
 * would otherwise fail inside the HTTP client, with the key in the message.
 */
export function keyProblem(value: unknown): string | null {
  if (typeof value !== 'string') return `is ${value === null ? 'null' : typeof value}, not a string`;
  if (value === '') return 'is an empty string';
  if (value.trim() === '') return 'is white space alone';
  if (/[\r\n]/.test(value.trim())) return 'has more than one line';
  if (PLACEHOLDERS.some((shape) => shape.test(value))) return 'looks like a placeholder, not like a key';
  return /^[\u0021-\u007e]+$/.test(value) ? null : 'holds white space or characters that no key has';
}
