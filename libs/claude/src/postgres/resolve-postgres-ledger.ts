import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock } from '../call/clock.js';
import { schemaProblems } from '../config/schema-problems.js';
import { flag, must, off, oneOf, text, whole } from '../config/schema/checks.js';
import { hasMethods, ledgerBounds } from '../config/schema/cost-ledger.schema.js';
import { accepted } from '../config/validate-options.js';
import { withDefaults } from '../config/with-defaults.js';
import { LEDGER_DEFAULTS } from '../cost/ledger/ledger.options.js';
import {
  DEFAULT_SCHEMA,
  type JournalOptions,
  type PostgresLedgerOptions,
  type PostgresLedgerSettings,
} from './postgres-ledger.options.js';

const schemaName = must<string>(
  'the name of a schema, of up to 63 bytes',
  (value) => typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= 63 && !value.includes('\0'),
);

const pool = must<PostgresLedgerOptions['pool']>('a pool of `pg`, with its methods `query` and `connect`', (value) =>
  hasMethods(value, ['query', 'connect']),
);

const clock = must<NonNullable<PostgresLedgerOptions['clock']>>('a clock', (value) =>
  hasMethods(value, ['now', 'wall', 'setTimer']),
);

const journal = z.strictObject({ directory: text, maxBytes: whole(1, Number.MAX_SAFE_INTEGER), fsync: flag }).partial();

const options = z.strictObject({
  pool,
  ...z
    .strictObject({
      ...ledgerBounds,
      schema: schemaName,
      entriesDays: whole(1, 3_660),
      journal: z.union([journal, off]),
      onUnusable: oneOf('fail', 'degrade'),
      maintain: flag,
      queryMs: whole(10, 600_000),
      clock,
    })
    .partial().shape,
});

/** @throws InvalidOptionsError that names each option that cannot be accepted. */
export function resolvePostgresLedger(given: PostgresLedgerOptions): PostgresLedgerSettings {
  const problems = schemaProblems(options, given);
  const { journal: kept, ...rest } = accepted(given, 'options of PostgresUsageLedger', problems, contradictions);
  const { recentEntries: _, ...bounded } = LEDGER_DEFAULTS;
  const settings = withDefaults(rest, { ...bounded, ...DEFAULTS, pool: given.pool, clock: systemClock });
  return {
    ...settings,
    journal: kept === false ? null : withDefaults<Required<JournalOptions>>(kept, journalDefaults()),
  };
}

const DEFAULTS = {
  schema: DEFAULT_SCHEMA,
  entriesDays: 90,
  onUnusable: 'fail' as 'fail' | 'degrade',
  maintain: true,
  queryMs: 5_000,
};

/** @throws InvalidOptionsError for what is no schema. */
export function checkedSchema(schema: string | undefined): string {
  const problems = schemaProblems(z.object({ schema: schemaName }), { schema: schema ?? DEFAULT_SCHEMA });
  return accepted<string>(schema ?? DEFAULT_SCHEMA, 'schema', problems, () => []);
}

function contradictions({ journal: kept, onUnusable }: PostgresLedgerOptions): string[] {
  if (kept !== false || onUnusable !== 'degrade') return [];
  return [
    "`onUnusable: 'degrade'` would lose entries with `journal: false`: give it a journal, or leave one of them out.",
  ];
}

function journalDefaults(): Required<JournalOptions> {
  const state = process.env['XDG_STATE_HOME']?.trim() || join(homedir(), '.local', 'state');
  return { directory: join(state, 'nestjs-claude', 'ledger'), maxBytes: 256 * 2 ** 20, fsync: true };
}
