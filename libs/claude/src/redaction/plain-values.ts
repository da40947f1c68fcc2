/** Names that stand where a value would: `YOUR_API_KEY`, `${KEY}`, `<token>`, `%s`, `********`, `[redacted]`, `sk-...`. */
const PLACEHOLDERS: readonly RegExp[] = [
  /^[\W_]*$/,
  /^([xX0.*•-])\1*$/,
  /^[[<{(]/,
  /^\$[{A-Za-z_]/,
  /^%(?:[a-z]$|[A-Za-z_]{2,64}%$)/,
  /^[A-Z]{2,64}(?:_[A-Z]{2,64}){1,8}$/,
  /^(?:your|insert|replace|change|placeholder|example|redacted|masked|hidden|dummy)/i,
  /^(?=[a-z_ -]{1,64}$)[a-z_ -]*(?:key|token|secret|password|here)$/i,
  /^(?:process\.env|import\.meta|env|config|options|settings|this)\.[A-Za-z_]/,
  /^.{0,24}(?:\.\.\.|…)$/,
];

/** What is said of a secret in its place. */
const WORDS_ABOUT_SECRETS = new Set(
  (
    'absent accepted admin any async auth await basic bearer boolean cached default denied digest disabled empty enabled env expired ' +
    'failed false field file found function hash in invalid is keyring loaded locked lost manual match mismatch missing ' +
    'must new nil no none not null number object off ok old on optional present rejected renewed required revoked root ' +
    'rotated rotation set source string test true type undefined unknown unset updated used user username valid value ' +
    'vault was wrong yes'
  ).split(' '),
);

/** Whether a value is no value: a placeholder, or a word about one. */
export function isPlaceholder(value: string): boolean {
  if (value.length <= 10 && WORDS_ABOUT_SECRETS.has(value.toLowerCase())) return true;
  return PLACEHOLDERS.some((shape) => shape.test(value));
}

/** Ids, digests and names that look random and are made to be read by anybody. */
const PUBLIC_VALUES: readonly RegExp[] = [
  /^(?:req|msg|toolu|srvtoolu|msgbatch|file|call|wrkspc|org|user|container|skill|event|session)_[\w-]{1,64}$/,
  /^(?:arn|urn|vault|file|env|keyring|ref|secretsmanager):/,
  /^(?:projects|organizations|secrets|kv|secret)\/[\w./-]+$/,
  /^(?:sha(?:1|224|256|384|512)|md5|blake[23][bs]?|crc32c?)[-:][\w+/=-]+$/i,
  /^(?:\/|\.{1,2}\/)(?:[a-z._{:][a-z\d._{}-]{0,64}\/){1,24}[a-z\d._{}-]*$/,
  /^https?:\/\//,
  /^\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?$/,
  /^(?:[a-z]{2,10}\.)?(?:anthropic\.)?claude-[\w.@:-]+$/,
];

/** Whether a value must survive whatever it stands beside. */
export function isPublicValue(value: string): boolean {
  return PUBLIC_VALUES.some((shape) => shape.test(value));
}

export const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Whether a value looks drawn at random and not written: long, and of letters and digits, or of letters whose case changes
 * more often than it does in any name.
 */
export function looksRandom(value: string, atLeast = 16): boolean {
  if (value.length < atLeast) return false;
  if (/\d/.test(value) && /[A-Za-z]/.test(value)) return true;
  return caseChanges(value) >= value.length / 4;
}

function caseChanges(value: string): number {
  let changes = 0;
  for (let at = 1; at < value.length; at += 1) {
    const [before, now] = [value.charAt(at - 1), value.charAt(at)];
    if (isUpper(before) !== isUpper(now)) changes += 1;
  }
  return changes;
}

function isUpper(character: string): boolean {
  return character >= 'A' && character <= 'Z';
}
