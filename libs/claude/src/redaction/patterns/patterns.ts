import type { SecretPattern } from '../secret-pattern.js';
import { CREDENTIAL_PATTERNS } from './credential.patterns.js';
import { PERSONAL_PATTERNS } from './personal.patterns.js';
import { TOKEN_PATTERNS } from './token.patterns.js';

/** Every pattern of the redactor, in the order in which they are applied: first what is certain by its own shape. */
export const REDACTION_PATTERNS: readonly SecretPattern[] = [
  ...CREDENTIAL_PATTERNS.filter(({ name }) => name === 'private_key'),
  ...TOKEN_PATTERNS,
  ...CREDENTIAL_PATTERNS.filter(({ name }) => name !== 'private_key'),
  ...PERSONAL_PATTERNS,
];
