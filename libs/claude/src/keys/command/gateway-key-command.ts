import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { InvalidOptionsError } from '../../errors/errors.js';
import { createVirtualKey } from '../virtual/virtual-key.js';
import { EXIT } from './key-command.js';
import type { Console } from './read-secret.js';

const USAGE = `Usage: nestjs-claude gateway-key create [options]

  Makes a key for a caller of a gateway. The key is shown this once; the gateway
  keeps its hash alone.

  --id <id>              What it is called. Default: random.
  --pepper-file <path>   A secret of the gateway that the hash needs too.
                         Default: GATEWAY_KEY_PEPPER, else none.
  --help                 Shows this.

Exit codes: 0 done, 1 failed, 2 wrong usage.
`;

/**
 * `nestjs-claude gateway-key ...`.
 *
 * @param args What stands after the command's name.
 * @returns What the process must end with.
 */
export function gatewayKeyCommand(
  args: readonly string[],
  { output, errors }: Pick<Console, 'output' | 'errors'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): number {
  const parsed = parse(args);
  if (parsed === null) {
    errors.write(`Say \`gateway-key create\`.\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (parsed.help) {
    output.write(USAGE);
    return EXIT.ok;
  }
  try {
    const pepper = parsed.pepperFile === undefined ? env['GATEWAY_KEY_PEPPER'] || null : pepperIn(parsed.pepperFile);
    const { id, key, hash } = createVirtualKey(parsed.id, pepper);
    output.write(`The key, shown this once:\n  ${key}\nWhat the gateway keeps, among its \`keys\`:\n`);
    output.write(`  ${JSON.stringify({ id, hash })}\n`);
    return EXIT.ok;
  } catch (error) {
    errors.write(
      `${error instanceof InvalidOptionsError ? error.message : 'It failed for a reason nobody foresaw.'}\n`,
    );
    return EXIT.failed;
  }
}

interface Parsed {
  readonly help: boolean;
  readonly id: string | undefined;
  readonly pepperFile: string | undefined;
}

/** `null` for what makes no sense. */
function parse(args: readonly string[]): Parsed | null {
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { id: text, 'pepper-file': text, help: { type: 'boolean', short: 'h' } },
    });
    const { help = false, id, 'pepper-file': pepperFile } = values;
    const isCreate = positionals.length === 2 && positionals[1] === 'create';
    return help || isCreate ? { help, id, pepperFile } : null;
  } catch {
    return null;
  }
}

function pepperIn(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidOptionsError(`--pepper-file cannot be read (${code}): correct the path.`);
  }
}
