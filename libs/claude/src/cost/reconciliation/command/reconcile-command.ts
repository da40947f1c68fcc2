import { systemClock } from '../../../call/clock.js';
import { resolveSettings } from '../../../config/settings.js';
import { isClaudeError } from '../../../errors/claude-error.js';
import { summarizeFailure } from '../../../errors/failure-summary.js';
import type { Console } from '../../../keys/command/read-secret.js';
import { Redactor } from '../../../redaction/redactor.js';
import { openAdminClient } from '../admin-client.js';
import { bookedDays } from '../booked.js';
import { daysOf } from '../days.js';
import { Reconciliation, type Findings } from '../reconciliation.js';
import { workspacesOf } from '../workspaces.js';
import { adminKeyIn, type Environment } from './admin-key.js';
import { openPostgresLedger, type OpenLedger } from './open-ledger.js';
import { parseReconcile, USAGE, UsageError, type ReconcileRequest } from './parse-reconcile.js';
import { reportText } from './report-text.js';

/** What the process ends with. */
export const RECONCILE_EXIT = Object.freeze({
  ok: 0,
  /** Something could not be read. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** Ledger and bill differ beyond the tolerance. */
  differs: 3,
});

/** What the command stands in. */
export interface ReconcileWorld {
  readonly env: Environment;
  /** Default: PostgreSQL, by `DATABASE_URL`. */
  readonly openLedger?: OpenLedger;
  readonly clock?: typeof systemClock;
}

/**
 * `nestjs-claude reconcile ...`.
 *
 * @param args What stands after the command's name.
 * @returns What the process must end with.
 */
export async function reconcileCommand(
  args: readonly string[],
  { output, errors }: Pick<Console, 'output' | 'errors'>,
  { env, openLedger = openPostgresLedger, clock = systemClock }: ReconcileWorld = { env: process.env },
): Promise<number> {
  try {
    const request = parseReconcile(args);
    if (request === null) {
      output.write(USAGE);
      return RECONCILE_EXIT.ok;
    }
    const found = await compare(request, { env, openLedger, clock });
    output.write(request.json ? `${JSON.stringify(found, null, 2)}\n` : reportText(found));
    return found.isBalanced ? RECONCILE_EXIT.ok : RECONCILE_EXIT.differs;
  } catch (error) {
    errors.write(`${explain(error)}\n`);
    return error instanceof UsageError ? RECONCILE_EXIT.usage : RECONCILE_EXIT.failed;
  }
}

async function compare(
  request: ReconcileRequest,
  { env, openLedger, clock }: Required<ReconcileWorld>,
): Promise<Findings> {
  const adminKey = adminKeyIn(env, request.adminKeyFile);
  const days = daysOf(request.period, clock.wall());
  const settings = resolveSettings({ apiKey: adminKey, client: { logLevel: 'off' } }, env);
  const opened = await openLedger(env);
  const world = { settings, clock, random: Math.random, redactor: new Redactor() };
  const client = openAdminClient(adminKey, world);
  try {
    const workspaces = workspacesOf(request.workspaces ?? undefined);
    const booked = bookedDays(opened.ledger, workspaces);
    const options = { tolerance: request.tolerance };
    return await new Reconciliation({ booked, workspaces, client, clock, options }).compare(days);
  } finally {
    await client.close();
    await opened.close();
  }
}

/** Messages of the API are left out: nobody knows what they quote. */
function explain(error: unknown): string {
  if (error instanceof UsageError || isClaudeError(error)) return error.message;
  const { type, status, code } = summarizeFailure(error);
  const said = [status, type, code].filter((part) => part !== null).join(' ');
  return `The reports could not be read (${said}): try again later, or look at ANTHROPIC_BASE_URL.`;
}
