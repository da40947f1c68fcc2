import { randomBytes } from 'node:crypto';
import { mkdir, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../sources/local-file.js';
import { KeyFileError } from './key-file-error.js';

/** A lock that old was left by a process that died: nobody holds one for more than the time of a few writes. */
const STALE_LOCK_MS = 30_000;
const LOCK_TRIES = 100;
const LOCK_PAUSE_MS = 50;

/**
 * Does something while nobody else who asks does: by a file beside the one that is changed.
 *
 * @throws KeyFileError when somebody else holds it for too long.
 */
export async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lock = `${path}.lock`;
  for (let tried = 1; !(await tryLock(lock)); tried += 1) {
    if (tried >= LOCK_TRIES) throw new KeyFileError(`is being written by another process: see who holds ${lock}`);
    await wait(LOCK_PAUSE_MS);
  }
  try {
    return await work();
  } finally {
    await unlink(lock).catch(() => undefined);
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const held = await stat(lock).catch(() => null);
  if (held !== null && Date.now() - held.mtimeMs > STALE_LOCK_MS) await unlink(lock).catch(() => undefined);
  return false;
}

/**
 * Puts a file in the place of another in one step: whoever reads meanwhile, and whatever ends this process meanwhile, there is
 * either the old file or the new one. Nobody but the owner may read it, whatever the old one allowed.
 */
export async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  // A link stays one: what it leads to is replaced.
  const target = await realpath(path).catch(() => path);
  const directory = dirname(target);
  const temporary = join(directory, `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(directory);
}

/** Lets the new name outlast a power cut. Not every platform can, and then the rename alone must do. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
