import { existsSync } from 'node:fs';
import { defaultKeyFile, keyFromEncryptedFile } from './encrypted/encrypted-file.source.js';
import { fileSecretOf, KEK_FILE_VARIABLE, KEK_VARIABLE } from './encrypted/file-secret.js';
import { KeyUnavailableError } from '../errors/errors.js';
import { Keyring } from './keyring/keyring.js';
import { KEYRING_ACCOUNT, KEYRING_SERVICE, keyFromKeyring } from './keyring/keyring.source.js';
import type { ClaudeKeySource } from './key-source.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The key that somebody stored on this machine: in the keyring, else in the encrypted file at its default place; `null` for
 * neither. Looked for only when neither options nor environment name any credentials.
 *
 * @throws KeyUnavailableError when there is something that cannot be read: to fall through would hide a broken store, and could
 *   pick a forgotten key.
 */
export async function storedKeySource(
  env: Environment = process.env,
  exists: (path: string) => boolean = existsSync,
): Promise<ClaudeKeySource | null> {
  if (await isInKeyring(env, exists)) return keyFromKeyring();
  const path = defaultKeyFile(env);
  if (!exists(path)) return null;
  const secret = fileSecretOf(env);
  if (secret !== null) return keyFromEncryptedFile({ path, ...secret });
  throw new KeyUnavailableError(
    `There is an encrypted key file ${path}, and nothing says what it is encrypted with: set ${KEK_FILE_VARIABLE} or ${KEK_VARIABLE}, or remove the file.`,
  );
}

/** A session without a keyring has no entry in it: there is nothing that could be read. */
async function isInKeyring(env: Environment, exists: (path: string) => boolean): Promise<boolean> {
  if (isContainer(env, exists)) return false;
  const keyring = await Keyring.find();
  if (keyring === null || !(await keyring.isThere())) return false;
  return (await keyring.get(KEYRING_SERVICE, KEYRING_ACCOUNT)) !== null;
}

/** Where nobody is logged in, and a keyring is another container's or nobody's. */
function isContainer(env: Environment, exists: (path: string) => boolean): boolean {
  return (
    env['KUBERNETES_SERVICE_HOST'] !== undefined || ['/.dockerenv', '/run/.containerenv'].some((mark) => exists(mark))
  );
}
