import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock, type Clock } from '../../call/clock.js';
import { KeyUnavailableError } from '../../errors/errors.js';
import type { ClaudeKeySource } from '../key-source.js';
import { watchFile } from '../sources/watch-file.js';
import type { FileSecretOrigin } from './file-secret.js';
import { KeyFile } from './key-file.js';
import { currentKey } from './stored-key.js';

/** Where `npx nestjs-claude key set --to file` puts it, below `XDG_CONFIG_HOME` or `~/.config`. */
export function defaultKeyFile(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(env['XDG_CONFIG_HOME']?.trim() || join(homedir(), '.config'), 'nestjs-claude', 'keys.enc');
}

/**
 * The key in an encrypted file: the newest in it that has not ended. A new file takes effect at once; while a new one cannot
 * be read, the last good key serves.
 *
 * @param path Default: where `npx nestjs-claude key set --to file` puts it.
 * @param secret Where the secret comes from that it is encrypted with.
 */
export function keyFromEncryptedFile(
  { path = defaultKeyFile(), ...secret }: { readonly path?: string } & FileSecretOrigin,
  clock: Pick<Clock, 'wall'> = systemClock,
): ClaudeKeySource {
  const file = new KeyFile(resolve(path), secret);
  return {
    name: `encrypted file ${file.path}`,
    async getKey() {
      const keys = await file.read();
      if (keys === null)
        throw new KeyUnavailableError(
          `The encrypted key file ${file.path} does not exist: make it with \`npx nestjs-claude key set --to file\`.`,
        );
      const key = currentKey(keys, clock.wall());
      if (key !== undefined) return { value: key.value, id: key.id, expiresAt: key.notAfterMs };
      throw new KeyUnavailableError(
        `The encrypted key file ${file.path} holds no key that has not ended: put one in it with \`npx nestjs-claude key rotate --to file\`.`,
      );
    },
    watch: (changed) => watchFile(file.path, changed),
    onSecret: (tell) => {
      file.onSecret = tell;
    },
  };
}
