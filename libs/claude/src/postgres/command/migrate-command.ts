import { parseArgs } from 'node:util';
import { isClaudeError } from '../../errors/claude-error.js';
import { EXIT } from '../../keys/command/key-command.js';
import type { Console } from '../../keys/command/read-secret.js';
import { migrate } from '../schema/migrate.js';
import { loadPg } from './load-pg.js';

const USAGE = `Usage: nestjs-claude migrate [options]

  Makes or renews the tables of the ledger in PostgreSQL. Harmless when there is
  nothing to do, and when several do it at once.

  --schema <name>   Where the tables are. Default: nestjs_claude.
  --help            Shows this.

The database is the one of DATABASE_URL, else of PGHOST, PGUSER, PGPASSWORD and
PGDATABASE. It is never taken from the command line, where others can see the
password. Needs the package pg.

Exit codes: 0 done, 1 failed, 2 wrong usage.
`;

/**
 * `nestjs-claude migrate`.
 *
 * @param args What stands after the command's name.
 * @returns What the process must end with.
 */
export async function migrateCommand(
  args: readonly string[],
  { output, errors }: Pick<Console, 'output' | 'errors'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> {
  const parsed = parse(args);
  if (parsed === null) {
    errors.write(`Say \`migrate\` and nothing but its options.\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (parsed.help) {
    output.write(USAGE);
    return EXIT.ok;
  }
  try {
    const { version, applied } = await migrateAt(env['DATABASE_URL']?.trim() || undefined, parsed.schema);
    for (const step of applied) output.write(`Applied ${step}.\n`);
    output.write(`The schema is at version ${version}.\n`);
    return EXIT.ok;
  } catch (error) {
    errors.write(`${isClaudeError(error) ? error.message : 'It failed for a reason nobody foresaw.'}\n`);
    return EXIT.failed;
  }
}

async function migrateAt(connectionString: string | undefined, schema: string | undefined): ReturnType<typeof migrate> {
  const pool = await loadPg(connectionString);
  try {
    return await migrate(pool, { ...(schema !== undefined && { schema }) });
  } finally {
    await pool.end();
  }
}

/** `null` for what makes no sense. */
function parse(args: readonly string[]): { readonly help: boolean; readonly schema: string | undefined } | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { schema: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    return positionals.length === 1 ? { help: values.help ?? false, schema: values.schema } : null;
  } catch {
    return null;
  }
}
