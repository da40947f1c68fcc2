/** What a redaction was made for; part of the marker that replaces it. */
export type SecretKind =
  | 'known'
  | 'token'
  | 'jwt'
  | 'authorization'
  | 'url_password'
  | 'private_key'
  | 'cookie'
  | 'secret'
  | 'encoded'
  | 'email'
  | 'card'
  | 'iban'
  | 'ssn'
  | 'phone';

/**
 * One shape of a secret. The list of them is data, and each must be linear: no repetition that can be entered at many
 * places and then fail, so every one is bounded, ends a match wherever it stops, or starts only where its own characters do.
 */
export interface SecretPattern {
  /** Unique in the list. */
  readonly name: string;
  readonly kind: SecretKind;
  /**
   * Without one of these in the text there is no match: a search for a word is many times cheaper than the expression. In
   * lower case, and compared so, where the expression ignores case.
   */
  readonly needles?: readonly string[];
  /** Global. Has a group `lead` and a group `secret` next to each other, or the whole match is the secret. */
  readonly expression: RegExp;
  /**
   * How much of the match is a secret, where its shape alone does not tell.
   *
   * @returns How many characters from its first; 0 for none.
   */
  readonly measure?: (secret: string, lead: string) => number;
  /** Whether a match that is none may hold one further on. For short matches only, as they are read again. Default false. */
  readonly rereads?: boolean;
}

/** Where the next match may begin in one that was none. */
const REREAD_FROM = 4;

/**
 * Where a token may begin: not inside a word, but after an escape of JSON, of a URL or of a terminal, whose last letter
 * only looks like one.
 */
export const TOKEN_START = String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]|\\u[\da-fA-F]{4}|%[\da-fA-F]{2}|\u001b\[[\d;]{0,12}m))`;

/** Replaces each match of one pattern by what `mark` makes of it. */
export function replaceMatches(
  text: string,
  pattern: SecretPattern,
  mark: (secret: string, kind: SecretKind) => string,
): string {
  const { needles, expression } = pattern;
  if (needles !== undefined && !holdsAny(expression.ignoreCase ? text.toLowerCase() : text, needles)) return text;
  return applyPattern(text, pattern, mark);
}

/** The same for a text that is known to hold one of the pattern's needles, or may. */
export function applyPattern(
  text: string,
  { expression, kind, measure, rereads }: SecretPattern,
  mark: (secret: string, kind: SecretKind) => string,
): string {
  let cleared = '';
  // What comes behind a mark is read as such, as it will be the next time: not as the rest of a word that is gone.
  let rest = text;
  expression.lastIndex = 0;
  for (let match = expression.exec(rest); match !== null; match = expression.exec(rest)) {
    const { lead = '', secret = match[0] } = match.groups ?? {};
    const length = measure === undefined ? secret.length : measure(secret, lead);
    const start = match.index + lead.length;
    if (length > 0) {
      cleared += rest.slice(0, start) + mark(secret.slice(0, length), kind);
      rest = rest.slice(start + length);
      expression.lastIndex = 0;
    } else if (rereads === true || match[0] === '') {
      expression.lastIndex = start + REREAD_FROM;
    }
  }
  return rest.length === text.length ? text : cleared + rest;
}

function holdsAny(text: string, needles: readonly string[]): boolean {
  for (const needle of needles) if (text.includes(needle)) return true;
  return false;
}
