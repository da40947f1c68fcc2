import { isClaudeError } from 'nestjs-claude';
import { SettingsError } from '../errors/settings-error.js';

/** Why something the gateway keeps elsewhere cannot be used, by the variable that says where. Never the URL itself. */
export class StartProblem extends SettingsError {
  /** @param refusal What the other side said first, where the client hides it behind an error of its own. */
  constructor(variable: string, error: unknown, refusal: unknown = error) {
    super(`${variable}: ${meaningOf(error, refusal)} Correct ${variable}, or unset it.`, { cause: error });
  }
}

function meaningOf(error: unknown, refusal: unknown): string {
  const said = refusal instanceof Error ? refusal.message : '';
  if (/WRONGPASS|NOAUTH|invalid username-password/i.test(said)) return 'the server refuses the user or the password.';
  if (isClaudeError(error)) return error.message.replace(/\bmigrate\(pool\)`/, 'DATABASE_MIGRATE=on-start`');
  const { code } = (refusal ?? error ?? {}) as { readonly code?: unknown };
  return `the server cannot be reached${typeof code === 'string' ? ` (${code})` : ''}.`;
}
