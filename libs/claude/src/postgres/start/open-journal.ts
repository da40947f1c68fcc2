import { InvalidOptionsError } from '../../errors/errors.js';
import type { Journal } from '../journal/journal.js';
import type { PostgresLedgerSettings } from '../postgres-ledger.options.js';

/** @throws InvalidOptionsError when the directory cannot be used. */
export async function openJournal(
  journal: Journal,
  { clock, journal: options }: PostgresLedgerSettings,
): Promise<void> {
  try {
    await journal.open(clock.wall());
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new InvalidOptionsError(
      `The journal of the ledger cannot be kept in ${options?.directory} (${code}): name a directory that this process may write to in \`journal.directory\`, or do without with \`journal: false\`.`,
      { cause: error },
    );
  }
}
