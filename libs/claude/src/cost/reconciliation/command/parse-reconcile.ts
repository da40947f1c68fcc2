import { parseArgs } from 'node:util';
import type { UsagePeriod } from '../../ledger/usage-period.js';
import type { ReconciliationTolerance } from '../reconciliation.options.js';

export const USAGE = `Usage: nestjs-claude reconcile [options]

  Compares the ledger in PostgreSQL with what Anthropic bills, by day (UTC) and
  model, and by workspace where they are named. Changes nothing.

  --from <day>              First day, e.g. 2026-11-01. Default: seven days ago.
  --to <day>                The first day that is no longer compared. Default:
                            today is the last one.
  --workspace <name=id>     Workspace of an endpoint's keys, once for each:
                            default=wrkspc_..., or default= for the default
                            workspace. Only their use is compared then, by
                            workspace as well. Default: the whole organization.
  --tolerance-usd <usd>     What a difference may be up to, in US dollars.
  --tolerance-share <0..1>  The same, as a share of the day's bill.
  --admin-key-file <path>   A key of the Admin API (sk-ant-admin...).
                            Default: ANTHROPIC_ADMIN_API_KEY.
  --json                    Writes the whole report, as JSON.
  --help                    Shows this.

  DATABASE_URL, or the file named by DATABASE_URL_FILE, says where the ledger is.

A day that is not over, or ended less than an hour ago, is told and does not
count, as its reports may still grow.

Exit codes: 0 no difference, 1 failed, 2 wrong usage, 3 they differ.
`;

/** What is asked for. */
export interface ReconcileRequest {
  readonly period: UsagePeriod;
  /** `null` for the whole organization. */
  readonly workspaces: Readonly<Record<string, string | null>> | null;
  readonly tolerance: ReconciliationTolerance;
  readonly adminKeyFile: string | null;
  readonly json: boolean;
}

/** A command line that makes no sense. */
export class UsageError extends Error {}

/** `null` when help is asked for. @throws UsageError */
export function parseReconcile(args: readonly string[]): ReconcileRequest | null {
  const { values, positionals } = readArgs(args);
  if (values.help === true) return null;
  if (positionals.length !== 1) throw new UsageError(`Say \`reconcile\` and its options alone.\n\n${USAGE}`);
  const from = dayOf('--from', values.from);
  const to = dayOf('--to', values.to);
  if (to !== undefined && from === undefined) throw new UsageError('`--to` needs `--from`.');
  const usd = numberOf('--tolerance-usd', values['tolerance-usd'], Infinity);
  const share = numberOf('--tolerance-share', values['tolerance-share'], 1);
  return {
    period: from === undefined ? { days: 7 } : { from, ...(to !== undefined && { to }) },
    workspaces: workspacesOf(values.workspace),
    tolerance: { ...(usd !== undefined && { usd }), ...(share !== undefined && { share }) },
    adminKeyFile: values['admin-key-file'] ?? null,
    json: values.json ?? false,
  };
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- what Node infers of the options is the type
function readArgs(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        from: text,
        to: text,
        workspace: { type: 'string', multiple: true },
        'tolerance-usd': text,
        'tolerance-share': text,
        'admin-key-file': text,
        json: flag,
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch {
    throw new UsageError(`There is an option that is not known, or has no value.\n\n${USAGE}`);
  }
}

function dayOf(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const day = new Date(`${text}T00:00:00Z`);
  // A thirtieth of February would be taken for the second of March.
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  if (isDay) return day;
  throw new UsageError(`\`${name}\` must be a day such as 2026-11-01.`);
}

function numberOf(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw new UsageError(`\`${name}\` must be a number from 0${max === Infinity ? '' : ` to ${max}`}.`);
}

function workspacesOf(given: readonly string[] | undefined): ReconcileRequest['workspaces'] {
  if (given === undefined) return null;
  const pairs = given.map((text) => {
    const [, endpoint = '', id = ''] = /^([^=]+)=(.*)$/.exec(text) ?? [];
    if (endpoint === '')
      throw new UsageError('`--workspace` must be the name of an endpoint, `=`, and an id or nothing.');
    return [endpoint, id === '' ? null : id] as const;
  });
  return Object.fromEntries(pairs);
}
