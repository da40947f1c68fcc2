import { InvalidOptionsError } from '../../errors/errors.js';
import { readSecretFile } from '../sources/local-file.js';
import type { FileSecret } from './seal.js';

/** Where the secret comes from that an encrypted file is read with. Beside the file it would protect nothing. */
export type FileSecretOrigin =
  /** A file of another domain of trust, such as a mounted secret: 32 random bytes, raw, as hex or as base64. */
  | { readonly kekFile: string }
  /** The 32 bytes themselves, or a function that unwraps them, such as by a KMS. */
  | { readonly kek: Uint8Array | (() => Uint8Array | Promise<Uint8Array>) }
  /** For people only: half a second of work per reading, and as weak as what somebody can remember. */
  | { readonly passphrase: string };

/** The variables that name the secret of the file at its default place. */
export const KEK_FILE_VARIABLE = 'NESTJS_CLAUDE_KEK_FILE';
export const KEK_VARIABLE = 'NESTJS_CLAUDE_KEK';

const KEK_BYTES = 32;

/**
 * The secret itself.
 *
 * @throws InvalidOptionsError, or KeyUnavailableError where a file cannot be read, naming where it comes from.
 */
export async function fileSecret(origin: FileSecretOrigin): Promise<FileSecret> {
  if ('passphrase' in origin) {
    if (origin.passphrase.trim() !== '') return { passphrase: origin.passphrase };
    throw new InvalidOptionsError('`passphrase` is empty: give the one that the file is encrypted with.');
  }
  if ('kekFile' in origin) return { kek: await kekOfFile(origin.kekFile) };
  const { kek } = origin;
  return { kek: checkLength(typeof kek === 'function' ? await kek() : kek, '`kek`') };
}

/** How a secret is written where one is given or printed: bytes as hex and as base64. */
export function formsOf(secret: FileSecret): readonly string[] {
  if ('passphrase' in secret) return [secret.passphrase];
  const bytes = Buffer.from(secret.kek);
  const hex = bytes.toString('hex');
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [hex, hex.toUpperCase(), base64, bytes.toString('base64url')];
}

/** What the environment says; `null` for nothing. */
export function fileSecretOf(env: Readonly<Record<string, string | undefined>>): FileSecretOrigin | null {
  const file = env[KEK_FILE_VARIABLE]?.trim();
  if (file) return { kekFile: file };
  const text = env[KEK_VARIABLE]?.trim();
  return text ? { kek: () => decoded(Buffer.from(text), KEK_VARIABLE) } : null;
}

async function kekOfFile(path: string): Promise<Buffer> {
  const title = 'The file of the key-encryption key';
  const bytes = await readSecretFile({ path, title, isPrivate: false });
  if (bytes === null) throw new InvalidOptionsError(`${title} ${path} does not exist: mount it, or name another.`);
  return decoded(bytes, `${title} ${path}`);
}

function decoded(bytes: Buffer, title: string): Buffer {
  if (bytes.length === KEK_BYTES) return bytes;
  const text = bytes.toString('latin1').trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[\w+/-]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  return checkLength(bytes.subarray(0, 0), title);
}

function checkLength<T extends Uint8Array>(kek: T, title: string): T {
  if (kek instanceof Uint8Array && kek.length === KEK_BYTES) return kek;
  throw new InvalidOptionsError(
    `${title} must be ${KEK_BYTES} random bytes, raw, as hex or as base64: make them with \`openssl rand -hex ${KEK_BYTES}\`.`,
  );
}
