import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Between two looks at the file, whatever its directory tells, in milliseconds: some file systems tell nothing. */
const LOOK_EVERY_MS = 10_000;
/** Writers and mounts do several things in a row: they are taken for one change. */
const SETTLE_MS = 50;

/**
 * Calls back when a file may hold something else, until the function returned is called. It watches the directory: a file
 * that is replaced, by a rename or as Kubernetes does by swapping the symbolic link to its directory, is another file.
 */
export function watchFile(path: string, changed: () => void): () => void {
  let known: string | null | undefined;
  let settling: NodeJS.Timeout | undefined;
  let closed = false;
  const look = async (): Promise<void> => {
    const now = await identityOf(path);
    if (closed) return;
    const differs = known !== undefined && now !== known;
    known = now;
    if (differs) changed();
  };
  const soon = (): void => {
    clearTimeout(settling);
    settling = setTimeout(() => void look(), SETTLE_MS).unref();
  };
  const watcher = watchDirectory(dirname(path), soon);
  const polling = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  void look();
  return () => {
    closed = true;
    watcher?.close();
    clearTimeout(settling);
    clearInterval(polling);
  };
}

/** Not every directory can be watched, and one may go: then looking now and then must do. */
function watchDirectory(directory: string, onEvent: () => void): FSWatcher | null {
  try {
    const watcher = watch(directory, { persistent: false }, onEvent);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}

/** What tells one state of a file from another; `null` when it is not there. */
async function identityOf(path: string): Promise<string | null> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return null;
  }
}
