import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { KeyUnavailableError } from '../../errors/errors.js';

/** Far more than any key, or any list of them, needs. */
const MOST_BYTES = 1 << 20;

/** A file that holds a secret, and what it must be like. */
export interface SecretFile {
  readonly path: string;
  /** What errors call it, as the beginning of a sentence. */
  readonly title: string;
  /** Whether nobody but its owner may read or write it. A mounted secret belongs to somebody else. */
  readonly isPrivate: boolean;
}

/**
 * Reads a file that holds a secret. Symbolic links are followed first, since what they lead to is what is protected or not.
 *
 * @returns Its bytes; `null` when there is no such file.
 * @throws KeyUnavailableError naming the file, what is wrong with it and the remedy, and nothing of what it holds.
 */
export async function readSecretFile({ path, title, isPrivate }: SecretFile): Promise<Buffer | null> {
  try {
    const file = await open(await realpath(path), constants.O_RDONLY);
    try {
      const { mode, size, uid } = await file.stat();
      const problem = isPrivate ? accessProblem(mode, uid) : null;
      if (problem !== null) throw new KeyUnavailableError(`${title} ${path} ${problem}`);
      if (size > MOST_BYTES)
        throw new KeyUnavailableError(`${title} ${path} is larger than any file of keys: see what it is.`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof KeyUnavailableError) throw error;
    const code = codeOf(error);
    if (code === 'ENOENT') return null;
    throw new KeyUnavailableError(
      `${title} ${path} cannot be read (${code}): let this process read it, or name another.`,
    );
  }
}

/** What is wrong with who may touch a file. Windows keeps that in lists of its own, which mode bits say nothing of. */
function accessProblem(mode: number, owner: number): string | null {
  if (process.platform === 'win32') return null;
  if ((mode & 0o077) !== 0) {
    return `may be read or written by others (mode ${(mode & 0o777).toString(8)}): run \`chmod 600\` on it, and put a new key in it if others may have read it.`;
  }
  const self = process.geteuid?.();
  if (self !== undefined && owner !== self && owner !== 0) {
    return `belongs to another user (${owner}), who could put another key in it: let user ${self} own it.`;
  }
  return null;
}

/** The name Node gives to what went wrong. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
}
