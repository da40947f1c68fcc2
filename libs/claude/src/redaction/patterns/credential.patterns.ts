import { isPlaceholder, isPublicValue, looksRandom, UUID } from '../plain-values.js';
import { SECRET_NAME } from '../secret-names.js';
import { TOKEN_START, type SecretPattern } from '../secret-pattern.js';

const QUOTE = '["\'`]';
/** `password: `, `"password":`, `password =>`; in text that was encoded once more, quotes have backslashes before them. */
const ASSIGNED = `(?:\\\\{0,3}${QUOTE})?\\s{0,4}(?:=>|:=|==?|:)\\s{0,4}`;

/** Between the name of a header and its value, in whatever notation. */
const HEADER_END = '["\'\\\\]{0,4}\\s{0,4}[:=,]\\s{0,4}["\'\\\\]{0,4}';
const AUTHORIZATION = `authorization${HEADER_END}`;
/** `["x-api-key", "..."]`, as Node lists headers. */
const PAIRED = `${QUOTE}\\s{0,2},\\s{0,2}(?=${QUOTE})`;
/** `the password is ...` */
const TOLD = `${QUOTE}?(?: is| was)?:? {1,2}`;

/** `postgres://app:<this>@host`, or `https://<this>@host` when it looks like a token. */
function urlSecret(secret: string, lead: string): number {
  if (isPlaceholder(secret)) return 0;
  return lead.length > 3 || looksRandom(secret, 20) ? secret.length : 0;
}

/** What the header `Authorization` says may be anything; elsewhere `bearer` is also a word. */
function bearer(secret: string, lead: string): number {
  if (isPlaceholder(secret)) return 0;
  return /^["'\\]{0,4}authorization/i.test(lead) || looksRandom(secret, 8) ? secret.length : 0;
}

/** `user:password` in base64; after `Authorization` whatever stands there. */
function basic(secret: string, lead: string): number {
  const decoded = Buffer.from(secret, 'base64').toString('latin1');
  const isPair = /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(decoded);
  return isPair || (/^["'\\]{0,4}authorization/i.test(lead) && !isPlaceholder(secret)) ? secret.length : 0;
}

/** What a value is worth by how it was assigned: in quotes, by a sign, in an element, or told in a sentence. */
function assigned(secret: string, lead: string): number {
  if (/["'`]$/.test(lead)) return isSecret(secret, lead) ? secret.length : 0;
  const length = plainLength(secret, lead);
  const value = secret.slice(0, length);
  if (isCode(value)) return 0;
  if (/[=>]\s{0,4}$/.test(lead)) return length;
  if (length < 6) return 0;
  // Behind a colon it may be prose, and behind a space it must be beyond doubt: `secret: string;`, `password too short`.
  if (/:\s{0,4}$/.test(lead)) return /[\d!@#$%^*~]/.test(value) || looksRandom(value, 12) ? length : 0;
  return looksRandom(value) && /[a-z]/.test(value) && /[A-Z]/.test(value) ? length : 0;
}

/** How much of a value without quotes is a secret, going by what it says alone. */
function plainLength(secret: string, lead: string): number {
  const length = trimmedLength(secret);
  return !isPlaceholder(secret) && isSecret(secret.slice(0, length), lead) ? length : 0;
}

function isSecret(value: string, lead: string): boolean {
  if (value.length < 4 || isPlaceholder(value) || isPublicValue(value)) return false;
  if (/pwd/i.test(lead) && value.startsWith('/')) return false;
  const opensByItself = /pass|pwd|secret|cred/i.test(lead);
  return opensByItself || !(/^\d{1,12}$/.test(value) || (/token/i.test(lead) && UUID.test(value)));
}

/** A call, an element of a list, or the path of a property. */
function isCode(value: string): boolean {
  return /[([]|\?\.|^[A-Za-z_$]{1,64}(?:\.[A-Za-z_$]{1,64}){1,8}$/.test(value);
}

/** Brackets and full stops behind a value without quotes belong to the sentence. */
function trimmedLength(value: string): number {
  let end = value.length;
  while (end > 0 && ')]}.:!?'.includes(value.charAt(end - 1))) end -= 1;
  return end;
}

/** Secrets told by what stands around them. */
export const CREDENTIAL_PATTERNS: readonly SecretPattern[] = [
  {
    // One that was cut off is a secret too: it ends where nothing of a key can follow.
    name: 'private_key',
    kind: 'private_key',
    needles: ['PRIVATE KEY'],
    expression:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s\\:,.()@<>]|-(?!----)){0,16384}(?:-----END [A-Z0-9 ]{0,48}-----)?/g,
  },
  {
    name: 'bearer',
    kind: 'authorization',
    needles: ['bearer', 'authorization'],
    expression: new RegExp(
      `(?<lead>(?:${AUTHORIZATION}(?:bearer|token|apikey|bot)|(?=bearer)${TOKEN_START}bearer)(?:\\s|%20|\\+){1,4})` +
        '(?<secret>[\\w.~+/=:-]{6,4096})',
      'gi',
    ),
    measure: bearer,
  },
  {
    name: 'basic',
    kind: 'authorization',
    needles: ['basic'],
    expression: new RegExp(
      `(?<lead>(?:${AUTHORIZATION}|(?=basic)${TOKEN_START})basic(?:\\s|%20){1,4})(?<secret>[A-Za-z0-9+/_-]{4,1024}={0,2})`,
      'gi',
    ),
    measure: basic,
  },
  {
    name: 'authorization_raw',
    kind: 'authorization',
    needles: ['authorization'],
    expression: new RegExp(`(?<lead>${AUTHORIZATION})(?<secret>[\\w.~+/=-]{12,4096})`, 'gi'),
    measure: (secret) =>
      looksRandom(secret) && !isPlaceholder(secret) && !/hmac|digest/i.test(secret) ? secret.length : 0,
  },
  {
    name: 'url_password',
    kind: 'url_password',
    needles: ['://'],
    expression: /(?<lead>:\/\/(?:[^\s/:@"'<>\\]{0,128}:)?)(?<secret>[^\s/"'<>\\?#]{1,256})(?=@[\w.[-])/g,
    measure: urlSecret,
  },
  {
    name: 'cookie',
    kind: 'cookie',
    needles: ['cookie'],
    expression: new RegExp(
      `(?<lead>(?=cookie|set-cookie)${TOKEN_START}(?:set-)?cookie${HEADER_END})` +
        '(?<secret>[\\w.-]{1,64}=[^\\s"\'\\\\,]{1,4096}(?:; ?[^\\s"\'\\\\,;]{1,4096}){0,32})',
      'gi',
    ),
  },
  {
    // One expression for every way to assign, since finding the name is what costs.
    name: 'assigned',
    kind: 'secret',
    needles: ['pass', 'pwd', 'secret', 'credential', 'kek', 'jwt', '_auth', 'sig', 'key', 'token'],
    expression: new RegExp(
      `(?<lead>${SECRET_NAME}(?:${ASSIGNED}|${PAIRED}|>\\s{0,4}|${TOLD})(?<open>\\\\{0,3}${QUOTE})?)` +
        `(?<secret>(?<=\\\\${QUOTE})(?:(?!\\k<open>)[^\\r\\n]){1,1024}|` +
        `(?<=${QUOTE})(?:\\\\.|(?!\\k<open>)[^\\\\\\r\\n]){1,1024}|` +
        `(?<!${QUOTE})[^\\s\\u001b"'\`,;&<>\\\\(){}[\\]|][^\\s\\u001b"'\`,;&<>\\\\]{0,1023})`,
      'gi',
    ),
    measure: assigned,
  },
  {
    name: 'flag',
    kind: 'secret',
    needles: ['--'],
    expression: new RegExp(
      `(?<lead>--(?!-)[a-z-]{0,24}?${SECRET_NAME}\\s{1,4}["']?)(?<secret>[^\\s"'\`-][^\\s"'\`]{0,1023})`,
      'gi',
    ),
    measure: (secret) => plainLength(secret, '--'),
  },
];
