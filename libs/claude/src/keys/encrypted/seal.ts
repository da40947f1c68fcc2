import {
  createCipheriv,
  createDecipheriv,
  hkdf,
  randomBytes,
  scrypt,
  type BinaryLike,
  type ScryptOptions,
} from 'node:crypto';
import { promisify } from 'node:util';
import {
  decode,
  encodeHeader,
  IV_BYTES,
  SALT_BYTES,
  SCRYPT,
  scryptMemory,
  TAG_BYTES,
  type Derivation,
} from './format.js';
import { KeyFileError } from './key-file-error.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const PURPOSE = 'nestjs-claude key file, version 1';

/** What a file is encrypted with: 32 random bytes from elsewhere, or a passphrase that somebody types. */
export type FileSecret = { readonly kek: Uint8Array } | { readonly passphrase: string };

const hkdfAsync = promisify(hkdf);
const scryptAsync: (secret: BinaryLike, salt: BinaryLike, length: number, options: ScryptOptions) => Promise<Buffer> =
  promisify(scrypt);

/** Encrypts, with a salt and an IV of its own. */
export async function seal(plaintext: Buffer, secret: FileSecret): Promise<Buffer> {
  const derivation: Derivation = 'kek' in secret ? { kind: 'hkdf' } : SCRYPT;
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const header = encodeHeader({ derivation, salt, iv });
  const cipher = createCipheriv(CIPHER, await keyOf(secret, derivation, salt), iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(header);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, cipher.getAuthTag(), ciphertext]);
}

/** @throws KeyFileError when the secret is another one, or any bit of the file is not as it was written. */
export async function unseal(bytes: Buffer, secret: FileSecret): Promise<Buffer> {
  const { derivation, salt, iv, authenticated, tag, ciphertext } = decode(bytes);
  if ((derivation.kind === 'hkdf') !== 'kek' in secret) {
    throw new KeyFileError(
      derivation.kind === 'hkdf'
        ? 'is encrypted with a key-encryption key, not with a passphrase'
        : 'is encrypted with a passphrase, not with a key-encryption key',
    );
  }
  // Without the length Node takes a tag of four bytes for one.
  const decipher = createDecipheriv(CIPHER, await keyOf(secret, derivation, salt), iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(authenticated);
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    throw new KeyFileError('cannot be decrypted: it is damaged, or was encrypted with another secret');
  }
}

/** Separated by salt, so that no two files are encrypted with the same key. */
async function keyOf(secret: FileSecret, derivation: Derivation, salt: Buffer): Promise<Buffer> {
  if ('kek' in secret) return Buffer.from(await hkdfAsync('sha256', secret.kek, salt, PURPOSE, KEY_BYTES));
  const { logN, r, p } = derivation.kind === 'scrypt' ? derivation : SCRYPT;
  return scryptAsync(secret.passphrase.normalize('NFC'), salt, KEY_BYTES, {
    N: 2 ** logN,
    r,
    p,
    maxmem: scryptMemory(logN, r) + 2 ** 20,
  });
}
