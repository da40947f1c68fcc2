/** Words that, before `key`, make it one that opens something. `cache key`, `primary key` and `public key` are not. */
const KEY_OF =
  'api|access|account|admin|auth|client|deploy|encryption|function|functions|hmac|host|kek|license|master|private|root|' +
  'secret|secret[-_ ]?access|service|shared|shared[-_ ]?access|signing|storage|subscription|webhook|wrapping';

/** Tokens that open nothing: places in a list, units of text, marks of a parser. */
const HARMLESS_TOKEN =
  'bos|cancel|cancellation|continuation|cursor|each|eos|fencing|first|last|next|output|input|pad|page|per|prev|start|' +
  'stop|sync|unexpected|unk';

/**
 * The end of a name whose value is a secret: `DB_PASSWORD`, `userPassword`, `x-api-key`. What follows must end the name,
 * so that `max_tokens`, `passwordHash` and `secretName` are none.
 */
export const SECRET_NAME =
  '(?:pass(?:word|wd|phrase|code)|(?<![A-Za-z])pwd|secret(?:[-_ ]?key[-_ ]?base)?|credentials?|(?<![A-Za-z])kek|' +
  `(?<![A-Za-z])jwt|(?<![A-Za-z])_auth|(?<![A-Za-z])sig|(?:${KEY_OF})[-_ ]?key|` +
  `token(?<!(?:${HARMLESS_TOKEN})[-_ ]?token))(?:[-_]?\\d{1,3})?`;

const WHOLE_NAME = new RegExp(`${SECRET_NAME}$`, 'i');
const HEADER_NAME = /^(?:proxy-)?authorization$|^(?:set-)?cookie$/i;

/** Whether the value of a property or header of this name is a secret, whatever it looks like. */
export function isSecretName(name: string): boolean {
  return WHOLE_NAME.test(name) || HEADER_NAME.test(name);
}
