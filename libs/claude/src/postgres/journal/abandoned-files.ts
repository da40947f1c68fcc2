import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './is-missing.js';
import { parseSegmentFile, type Owner } from './segment-name.js';

/** Whoever is alive and has files has long tried again by then, or written to them. */
const FORSAKEN_MS = 600_000;

/** A file that nobody appends to. */
export interface AbandonedFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Files whose owner gave them up, has ended, or cannot be seen from here and has not touched them for ten minutes. Should one be
 * taken from somebody who lives, nothing is lost: it is found missing, and entries count once whoever writes them.
 */
export async function abandonedFiles(directory: string, self: Owner, nowMs: number): Promise<readonly AbandonedFile[]> {
  const found: (AbandonedFile & { readonly file: string })[] = [];
  for (const file of (await readdir(directory)).toSorted()) {
    const name = parseSegmentFile(file);
    if (name === null || isOwn(name.owner, self)) continue;
    const path = join(directory, file);
    const stats = await statsOf(path);
    if (stats === null) continue;
    if (hasEnded(name.owner, self) || nowMs - stats.mtimeMs > FORSAKEN_MS)
      found.push({ file, path, bytes: stats.size });
  }
  return found;
}

/** Of this process: another ledger in it may be using it. */
function isOwn(owner: Owner | null, { host, pid, since }: Owner): boolean {
  return owner !== null && owner.host === host && owner.pid === pid && owner.since === since;
}

function hasEnded(owner: Owner | null, self: Owner): boolean {
  if (owner === null) return true;
  return owner.host === self.host && (owner.pid === self.pid || !isRunning(owner.pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One that is another user's may not be asked, and runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function statsOf(path: string): Promise<{ readonly mtimeMs: number; readonly size: number } | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
