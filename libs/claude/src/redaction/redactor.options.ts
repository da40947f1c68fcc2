import type { KnownSecrets } from './known-secrets.js';
import type { SecretPattern } from './secret-pattern.js';

/** Options of a `Redactor`. Every one is optional. */
export interface RedactorOptions {
  /** Values that are replaced wherever they stand. Default: none yet. */
  readonly known?: KnownSecrets;
  /** Default: `REDACTION_PATTERNS`. To add your own, list them behind these. */
  readonly patterns?: readonly SecretPattern[];
  /** Makes fingerprints comparable between processes: at least 16 random bytes. Default: a random one for this redactor. */
  readonly fingerprintKey?: Uint8Array;
}
