import { LateAnswerError } from '../../admission/within.js';
import { ClaudeError, isClaudeError } from '../../errors/claude-error.js';
import { InvalidOptionsError } from '../../errors/errors.js';

const UNREACHABLE = /^(?:ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EPIPE|ENOENT|08|57P0)/;

/** What SQLSTATEs mean to somebody who starts an application, and what to do. */
const MEANINGS: readonly (readonly [codes: RegExp, meaning: string])[] = [
  [UNREACHABLE, 'cannot be reached: start it, or correct the host and port of the pool'],
  [/^28/, 'refuses the user or the password of the pool: correct them'],
  [/^3D000$/, 'has no database of that name: create it, or correct the name'],
  [/^(?:42P01|3F000)$/, 'has no tables for it: run `npx nestjs-claude migrate`, or `migrate(pool)` before the start'],
  [/^42501$/, 'does not let the user of the pool do this: grant it the rights, or run `migrate` as another'],
  [/^53/, 'has no room for another connection: raise its `max_connections`, or make pools smaller'],
];

/** An error at start as one clear sentence. It never quotes what may hold a password. */
export function startProblem(error: unknown, { schema }: { readonly schema: string }): ClaudeError {
  if (isClaudeError(error)) return error;
  const code = codeOf(error);
  const meaning = MEANINGS.find(([codes]) => codes.test(code))?.[1];
  const text = meaning ?? `cannot be used: look after it, and at the cause of this error`;
  const said = code === '' ? '' : ` (${code})`;
  return new InvalidOptionsError(`The PostgreSQL of the ledger, schema \`${schema}\`, ${text}.${said}`, {
    cause: error,
  });
}

/** SQLSTATE, or what the network says; empty for neither. */
export function codeOf(error: unknown): string {
  if (error instanceof LateAnswerError) return 'ETIMEDOUT';
  const { code, errors } = (error ?? {}) as { readonly code?: unknown; readonly errors?: unknown };
  if (typeof code === 'string') return code;
  // Of several addresses, the first.
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : '';
}
