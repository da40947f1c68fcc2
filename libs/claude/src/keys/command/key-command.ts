import { parseArgs } from 'node:util';
import { isClaudeError } from '../../errors/claude-error.js';
import type { KeyStoreTarget } from '../store/key-store.js';
import { KeyStoreService, type ListedKey } from '../store/key-store.service.js';
import { InterruptedError, readSecret, type Console } from './read-secret.js';

/** What the process ends with. */
export const EXIT = Object.freeze({
  ok: 0,
  /** The store cannot be used, or what was given is no key. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** There is nothing to list or to remove. */
  nothing: 3,
  /** Ctrl-C. */
  interrupted: 130,
});

export const USAGE = `Usage: nestjs-claude key <set|list|rotate|remove> --to <keyring|file> [options]

  set       Stores a key in the place of all others.
  list      Shows what is stored: ids and times, never a key.
  rotate    Stores a further key, which is used from now on.
  remove    Removes the key with --id, or all of them.

  --to <keyring|file>   Where. The keyring needs the package @napi-rs/keyring.
  --path <path>         Of the file. Default: where the module looks by itself.
  --kek-file <path>     32 random bytes that encrypt the file, kept elsewhere.
                        Default: NESTJS_CLAUDE_KEK_FILE, else NESTJS_CLAUDE_KEK.
  --id <id>             Which key to remove.
  --help                Shows this.

The key itself is read from the terminal without showing it, or from standard
input. It is never taken from the command line, where others can see it.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing there, 130 interrupted.
`;

const ACTIONS = ['set', 'list', 'rotate', 'remove'] as const;
type Action = (typeof ACTIONS)[number];

interface Parsed {
  readonly action: Action;
  readonly target: KeyStoreTarget;
  readonly id: string | undefined;
}

class UsageError extends Error {}

/**
 * `nestjs-claude key ...`.
 *
 * @param args What stands after the command's name.
 * @returns What the process must end with.
 */
export async function keyCommand(
  args: readonly string[],
  console: Console,
  store = new KeyStoreService(),
): Promise<number> {
  try {
    const parsed = parse(args);
    if (parsed === null) {
      console.output.write(USAGE);
      return EXIT.ok;
    }
    return await run(parsed, console, store);
  } catch (error) {
    if (error instanceof InterruptedError) return EXIT.interrupted;
    const isUsage = error instanceof UsageError;
    console.errors.write(
      `${isUsage || isClaudeError(error) ? error.message : 'It failed for a reason nobody foresaw.'}\n`,
    );
    return isUsage ? EXIT.usage : EXIT.failed;
  }
}

async function run({ action, target, id }: Parsed, console: Console, store: KeyStoreService): Promise<number> {
  if (action === 'list') return list(await store.list(target), console);
  if (action === 'remove') {
    if (!(await store.remove(target, id))) return nothing(console);
    console.output.write('Removed.\n');
    return EXIT.ok;
  }
  const secret = await readSecret('API key: ', console);
  console.output.write(`Stored as ${await store[action](target, secret)}.\n`);
  return EXIT.ok;
}

function list(keys: readonly ListedKey[], console: Console): number {
  if (keys.length === 0) return nothing(console);
  for (const { id, createdAtMs, notAfterMs, inUse } of keys) {
    const created = createdAtMs === 0 ? '' : `  created ${new Date(createdAtMs).toISOString()}`;
    const ends = notAfterMs === null ? '' : `  ends ${new Date(notAfterMs).toISOString()}`;
    console.output.write(`${id}${created}${ends}${inUse ? '  in use' : ''}\n`);
  }
  return EXIT.ok;
}

function nothing(console: Console): number {
  console.errors.write('There is no such key.\n');
  return EXIT.nothing;
}

/** `null` when help is asked for. */
function parse(args: readonly string[]): Parsed | null {
  const { values, positionals } = readArgs(args);
  if (values.help) return null;
  const [command, action, ...rest] = positionals;
  if (command !== 'key' || !isAction(action) || rest.length > 0) {
    // Not quoted: somebody may have pasted the key.
    throw new UsageError(
      `Say \`key\` and one of ${ACTIONS.join(', ')}. A key is never taken from the command line: if one stood there, replace it.\n\n${USAGE}`,
    );
  }
  const { to, path, id, 'kek-file': kekFile } = values;
  if (to !== 'keyring' && to !== 'file') throw new UsageError('Say where: `--to keyring` or `--to file`.');
  if (to === 'keyring' && (path ?? kekFile) !== undefined)
    throw new UsageError('`--path` and `--kek-file` are for `--to file`.');
  if (id !== undefined && action !== 'remove') throw new UsageError('`--id` is for `remove`.');
  const target: KeyStoreTarget = {
    to,
    ...(path === undefined ? {} : { path }),
    ...(kekFile === undefined ? {} : { secret: { kekFile } }),
  };
  return { action, target, id };
}

function isAction(value: string | undefined): value is Action {
  return ACTIONS.some((action) => action === value);
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- what Node infers of the options is the type
function readArgs(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { to: text, path: text, id: text, 'kek-file': text, help: { type: 'boolean', short: 'h' } },
    });
  } catch {
    throw new UsageError(`There is an option that is not known, or has no value.\n\n${USAGE}`);
  }
}
