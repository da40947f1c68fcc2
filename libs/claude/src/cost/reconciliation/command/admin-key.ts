import { readFileSync } from 'node:fs';
import { InvalidOptionsError } from '../../../errors/errors.js';
import { keyProblem } from '../../../keys/check-key.js';

/** What the process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The key of the Admin API: from a file, else from the environment. Never from the command line, where others can see it.
 *
 * @throws InvalidOptionsError that names where it was looked for, and never quotes what stood there.
 */
export function adminKeyIn(env: Environment, file: string | null): string {
  const [source, found] =
    file === null
      ? ['ANTHROPIC_ADMIN_API_KEY', env['ANTHROPIC_ADMIN_API_KEY'] ?? '']
      : ['The file of --admin-key-file', read(file)];
  const key = found.trim();
  if (key === '' && file === null)
    throw new InvalidOptionsError(
      'There is no key of the Admin API: set ANTHROPIC_ADMIN_API_KEY, or give `--admin-key-file`. It begins with `sk-ant-admin`.',
    );
  const problem = keyProblem(key);
  if (problem !== null) throw new InvalidOptionsError(`${source} ${problem}: put the key there, as one line.`);
  if (!key.startsWith('sk-ant-api')) return key;
  throw new InvalidOptionsError(
    `${source} holds a key for calls: put a key of the Admin API there, which begins with \`sk-ant-admin\`.`,
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidOptionsError(`--admin-key-file cannot be read (${code}): correct the path.`);
  }
}
