import { secretOf, textOf, type Environment } from '../environment.js';
import { SettingsError } from '../errors/settings-error.js';

/** What several gateways share. */
export interface StoreSettings {
  /** From `REDIS_URL`: where limits and budgets are counted. Default: `null`, so that each process counts for itself. */
  readonly redisUrl: string | null;
  /** From `DATABASE_URL`: the PostgreSQL that the ledger is in. Default: `null`, for the memory of the process. */
  readonly databaseUrl: string | null;
  /** From `DATABASE_MIGRATE`: whether the ledger's tables are made, or brought up to date, at start. */
  readonly migrates: boolean;
  /** From `LEDGER_JOURNAL_DIR`: where entries wait while PostgreSQL is away. Default: `null`, for the ledger's own place. */
  readonly journalDirectory: string | null;
}

const NEEDS_DATABASE = ['DATABASE_MIGRATE', 'LEDGER_JOURNAL_DIR'] as const;

/**
 * @param countsCosts Whether the module keeps a ledger at all.
 * @throws SettingsError naming the variable and the remedy, never a URL, which may hold a password.
 */
export function readStoreSettings(env: Environment, countsCosts: boolean): StoreSettings {
  const databaseUrl = urlOf(
    env,
    'DATABASE_URL',
    ['postgres:', 'postgresql:'],
    'postgres://user:password@host:5432/database',
  );
  if (databaseUrl === null) {
    for (const name of NEEDS_DATABASE) {
      if (textOf(env, name) !== null)
        throw new SettingsError(`${name} does nothing without DATABASE_URL: set that too, or unset ${name}.`);
    }
  } else if (!countsCosts) {
    throw new SettingsError('DATABASE_URL does nothing with `cost: false` in CLAUDE_CONFIG: unset one of them.');
  }
  return {
    redisUrl: urlOf(env, 'REDIS_URL', ['redis:', 'rediss:'], 'redis://user:password@host:6379'),
    databaseUrl,
    migrates: migratesIn(env),
    journalDirectory: textOf(env, 'LEDGER_JOURNAL_DIR'),
  };
}

function urlOf(env: Environment, name: string, protocols: readonly string[], example: string): string | null {
  const url = secretOf(env, name);
  if (url === null || (URL.canParse(url) && protocols.includes(new URL(url).protocol))) return url;
  throw new SettingsError(`${name} must be a URL such as ${example}: correct it, or unset it.`);
}

function migratesIn(env: Environment): boolean {
  const when = textOf(env, 'DATABASE_MIGRATE') ?? 'never';
  if (when === 'on-start' || when === 'never') return when === 'on-start';
  throw new SettingsError(`DATABASE_MIGRATE must be on-start or never, not ${JSON.stringify(when)}.`);
}
