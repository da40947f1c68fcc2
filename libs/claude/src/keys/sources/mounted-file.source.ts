import { resolve } from 'node:path';
import { KeyUnavailableError } from '../../errors/errors.js';
import type { ClaudeKeySource } from '../key-source.js';
import { readSecretFile } from './local-file.js';
import { keyInText } from './secret-text.js';
import { watchFile } from './watch-file.js';

export interface FileKeyOptions {
  /** The field that holds the key, when the file is JSON. Default: the whole file is the key. */
  readonly field?: string;
  /** Whether a change of the file is noticed at once. Default true; else it is after `keyCache.refreshMs`. */
  readonly watch?: boolean;
}

const TITLE = 'The key file';

/**
 * The key in a file that somebody mounts or writes, such as a secret of Docker, Kubernetes or systemd. A new file takes
 * effect at once; while a new one is unreadable or no key, the last good one serves.
 *
 * @param path Relative to the working directory, or absolute.
 */
export function keyFromFile(path: string, { field, watch = true }: FileKeyOptions = {}): ClaudeKeySource {
  const absolute = resolve(path);
  return {
    name: `file ${absolute}`,
    async getKey() {
      const bytes = await readSecretFile({ path: absolute, title: TITLE, isPrivate: false });
      if (bytes === null)
        throw new KeyUnavailableError(`${TITLE} ${absolute} does not exist: mount it, or name another.`);
      return keyInText(bytes.toString('utf8'), field, `${TITLE} ${absolute}`);
    },
    ...(watch ? { watch: (changed: () => void) => watchFile(absolute, changed) } : {}),
  };
}
