import { KeyUnavailableError } from '../../errors/errors.js';
import type { Clock } from '../../call/clock.js';
import { defaultKeyFile } from '../encrypted/encrypted-file.source.js';
import { fileSecretOf, KEK_FILE_VARIABLE, KEK_VARIABLE, type FileSecretOrigin } from '../encrypted/file-secret.js';
import { KeyFile } from '../encrypted/key-file.js';
import { currentKey, type StoredKey, type StoredKeyInfo } from '../encrypted/stored-key.js';
import { Keyring } from '../keyring/keyring.js';
import { KEYRING_ACCOUNT, KEYRING_SERVICE } from '../keyring/keyring.source.js';

/** Where keys are kept on this machine. */
export interface KeyStore {
  /** For people. */
  readonly title: string;
  list(): Promise<readonly (StoredKeyInfo & { readonly inUse: boolean })[]>;
  /** Puts one key in the place of all. */
  set(key: StoredKey): Promise<void>;
  /** Adds a key, which is used from now on; those before it end after `graceMs`. */
  rotate(key: StoredKey, graceMs: number): Promise<void>;
  /** @returns Whether there was anything to remove. */
  remove(id?: string): Promise<boolean>;
}

/** Keys in an encrypted file. */
export function fileKeyStore(path: string, secret: FileSecretOrigin, clock: Pick<Clock, 'wall'>): KeyStore {
  const file = new KeyFile(path, secret);
  return {
    title: `the encrypted file ${path}`,
    async list() {
      const keys = (await file.read()) ?? [];
      const current = currentKey(keys, clock.wall());
      return keys.map(({ id, createdAtMs, notAfterMs }) => ({
        id,
        createdAtMs,
        notAfterMs,
        inUse: id === current?.id,
      }));
    },
    async set(key) {
      await file.update(() => [key]);
    },
    async rotate(key, graceMs) {
      await file.update((keys) => [...keys.flatMap((each) => ending(each, key, graceMs)), key]);
    },
    async remove(id) {
      if ((await file.read()) === null) return false;
      let removed = false;
      await file.update((keys) => {
        const left = id === undefined ? [] : keys.filter((each) => each.id !== id);
        removed = left.length < keys.length;
        return left;
      });
      return removed;
    },
  };
}

/** A key before the one that takes its place; one that has ended by then is dropped. */
function ending(key: StoredKey, next: StoredKey, graceMs: number): StoredKey[] {
  const notAfterMs = Math.min(key.notAfterMs ?? Infinity, next.createdAtMs + graceMs);
  return notAfterMs <= next.createdAtMs ? [] : [{ ...key, notAfterMs }];
}

/** The one key in the keyring of the operating system, which has no room for times. */
export function keyringKeyStore(keyring: Keyring): KeyStore {
  const put = (key: StoredKey): Promise<void> => keyring.set(KEYRING_SERVICE, KEYRING_ACCOUNT, key.value);
  return {
    title: 'the keyring of the operating system',
    async list() {
      const value = await keyring.get(KEYRING_SERVICE, KEYRING_ACCOUNT);
      return value === null ? [] : [{ id: KEYRING_ACCOUNT, createdAtMs: 0, notAfterMs: null, inUse: true }];
    },
    set: put,
    rotate: put,
    remove: (id = KEYRING_ACCOUNT) =>
      id === KEYRING_ACCOUNT ? keyring.delete(KEYRING_SERVICE, KEYRING_ACCOUNT) : Promise.resolve(false),
  };
}

/** Which store is meant. */
export interface KeyStoreTarget {
  readonly to: 'keyring' | 'file';
  /** Of the file. Default: where the module looks for it by itself. */
  readonly path?: string;
  /** Of the file. Default: what `NESTJS_CLAUDE_KEK_FILE` or `NESTJS_CLAUDE_KEK` names. */
  readonly secret?: FileSecretOrigin;
}

/** @throws KeyUnavailableError when the keyring is not there, or nothing says what to encrypt a file with. */
export async function keyStoreOf(
  { to, path, secret }: KeyStoreTarget,
  clock: Pick<Clock, 'wall'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<KeyStore> {
  if (to === 'keyring') return keyringKeyStore(await Keyring.load());
  const origin = secret ?? fileSecretOf(env);
  if (origin !== null) return fileKeyStore(path ?? defaultKeyFile(env), origin, clock);
  throw new KeyUnavailableError(
    `Nothing says what to encrypt the key file with: set ${KEK_FILE_VARIABLE} to a file with 32 random bytes that is kept elsewhere than the key file, or ${KEK_VARIABLE} to them.`,
  );
}
