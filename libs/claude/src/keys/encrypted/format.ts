import { KeyFileError } from './key-file-error.js';

/**
 * What stands before the ciphertext of a key file, all of it authenticated but the tag:
 *
 * | bytes | what                                                          |
 * | ----- | ------------------------------------------------------------- |
 * | 0–3   | `NCK` and the version, 1                                      |
 * | 4     | how the key-encryption key was made: 1 HKDF-SHA-256, 2 scrypt |
 * | 5     | scrypt: base-2 logarithm of N; 0 for HKDF                     |
 * | 6     | scrypt: r                                                     |
 * | 7     | scrypt: p                                                     |
 * | 8–23  | salt                                                          |
 * | 24–35 | IV of AES-256-GCM                                             |
 * | 36–51 | tag                                                           |
 */
export interface KeyFileHeader {
  readonly derivation: Derivation;
  readonly salt: Buffer;
  readonly iv: Buffer;
}

/** How the key that encrypts is made of the secret. */
export type Derivation = { readonly kind: 'hkdf' } | Scrypt;

export interface Scrypt {
  readonly kind: 'scrypt';
  /** Base-2 logarithm of N. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

export interface KeyFileParts extends KeyFileHeader {
  /** Everything before the tag. */
  readonly authenticated: Buffer;
  readonly tag: Buffer;
  readonly ciphertext: Buffer;
}

const MAGIC = Buffer.from('NCK\u0001', 'latin1');
const SALT_AT = 8;
export const SALT_BYTES = 16;
const IV_AT = SALT_AT + SALT_BYTES;
export const IV_BYTES = 12;
const TAG_AT = IV_AT + IV_BYTES;
export const TAG_BYTES = 16;
const CIPHERTEXT_AT = TAG_AT + TAG_BYTES;

/** 2^17: 128 MiB and half a second, for a passphrase that a person types. Source: OWASP password storage. */
export const SCRYPT: Scrypt = Object.freeze({ kind: 'scrypt', logN: 17, r: 8, p: 1 });

/** What a file may ask for. More, and a planted header would eat the memory; less, and it would invite guessing. */
const BOUNDS = { logN: [14, 20], r: [8, 32], p: [1, 4] } as const;
/** scrypt needs 128 · N · r bytes: within all bounds at once still too much. */
const MOST_MEMORY_BYTES = 2 ** 30;

/** Everything before the tag. */
export function encodeHeader({ derivation, salt, iv }: KeyFileHeader): Buffer {
  const parameters = derivation.kind === 'hkdf' ? [1, 0, 0, 0] : [2, derivation.logN, derivation.r, derivation.p];
  return Buffer.concat([MAGIC, Buffer.from(parameters), salt, iv]);
}

/** @throws KeyFileError when it is no key file, or asks for what no key file may. */
export function decode(bytes: Buffer): KeyFileParts {
  if (!bytes.subarray(0, 3).equals(MAGIC.subarray(0, 3))) throw new KeyFileError('is no key file');
  if (bytes[3] !== MAGIC[3]) throw new KeyFileError('is of a version that this package does not know');
  if (bytes.length <= CIPHERTEXT_AT) throw new KeyFileError('is cut off');
  return {
    derivation: derivationOf(bytes),
    salt: bytes.subarray(SALT_AT, IV_AT),
    iv: bytes.subarray(IV_AT, TAG_AT),
    authenticated: bytes.subarray(0, TAG_AT),
    tag: bytes.subarray(TAG_AT, CIPHERTEXT_AT),
    ciphertext: bytes.subarray(CIPHERTEXT_AT),
  };
}

function derivationOf(bytes: Buffer): Derivation {
  const [kind = 0, logN = 0, r = 0, p = 0] = bytes.subarray(4, SALT_AT);
  if (kind === 1 && logN + r + p === 0) return { kind: 'hkdf' };
  const inBounds = within(logN, BOUNDS.logN) && within(r, BOUNDS.r) && within(p, BOUNDS.p);
  if (kind === 2 && inBounds && scryptMemory(logN, r) <= MOST_MEMORY_BYTES) return { kind: 'scrypt', logN, r, p };
  throw new KeyFileError('asks for a derivation of its key that no key file of ours has');
}

/** Bytes that scrypt works in. */
export function scryptMemory(logN: number, r: number): number {
  return 128 * 2 ** logN * r;
}

function within(value: number, [min, max]: readonly [number, number]): boolean {
  return value >= min && value <= max;
}
