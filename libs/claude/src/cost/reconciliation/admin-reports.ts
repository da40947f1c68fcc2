import { z } from 'zod';
import { ProtocolError } from '../../errors/errors.js';
import type { AdminClient, ReportParams } from './admin-client.js';
import { picoOfCents } from './used.js';

const DAY_MS = 86_400_000;

/** The most days that one answer can hold ("Usage and Cost API" in the Anthropic API docs). */
const DAYS_A_PAGE = 31;

/** More pages than there are in ten years of days: whoever is led on for longer is led in a circle. */
const MAX_PAGES = 200;

const count = z.number().int().min(0);
const name = z.string().nullish();

const USAGE = z.object({
  uncached_input_tokens: count,
  cache_creation: z.object({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }).nullish(),
  cache_read_input_tokens: count,
  output_tokens: count,
  server_tool_use: z.object({ web_search_requests: count }).nullish(),
  workspace_id: name,
  model: name,
  service_tier: name,
});

const COST = z.object({
  currency: z.literal('USD'),
  amount: z.string().transform((text, context) => picoOfCents(text) ?? refuse(context)),
  workspace_id: name,
  cost_type: name,
  model: name,
  description: name,
});

/** What one model used in one workspace, in one tier. */
export type ReportedUsage = Readonly<z.infer<typeof USAGE>>;

/** One item of a bill; `amount` in whole pico-dollars. */
export type ReportedCost = Readonly<z.infer<typeof COST>>;

/** What a report says of one day. */
export interface ReportedDay<T> {
  readonly startsAtMs: number;
  readonly results: readonly T[];
}

/** Whole days of UTC, from the beginning of one until that of another. */
export interface WholeDays {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Tokens by day, model, workspace and tier. */
export function usageReport(client: AdminClient, days: WholeDays): Promise<readonly ReportedDay<ReportedUsage>[]> {
  const groups = ['model', 'workspace_id', 'service_tier'];
  return readAll(client, { path: '/v1/organizations/usage_report/messages', groups, shape: USAGE }, days);
}

/** Money by day, workspace and what it was paid for. */
export function costReport(client: AdminClient, days: WholeDays): Promise<readonly ReportedDay<ReportedCost>[]> {
  return readAll(
    client,
    { path: '/v1/organizations/cost_report', groups: ['workspace_id', 'description'], shape: COST },
    days,
  );
}

interface Report<T> {
  readonly path: string;
  readonly groups: readonly string[];
  readonly shape: z.ZodType<T>;
}

/** @throws ProtocolError for an answer that is no page of a report. */
async function readAll<T>(
  client: AdminClient,
  { path, groups, shape }: Report<T>,
  days: WholeDays,
): Promise<readonly ReportedDay<T>[]> {
  const page = pageOf(shape);
  const found: ReportedDay<T>[] = [];
  let token: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    // oxlint-disable-next-line no-await-in-loop -- each page says where the next one is
    const answer = page.safeParse(await client.get(path, paramsOf(days, groups, token)));
    if (!answer.success)
      throw unreadable(path, `\`${answer.error.issues[0]?.path.join('.') ?? ''}\` is not as documented`);
    for (const { starting_at, results } of answer.data.data)
      found.push({ startsAtMs: Date.parse(starting_at), results });
    token = answer.data.next_page ?? null;
    if (!answer.data.has_more) return found;
    if (token === null) throw unreadable(path, 'it has more pages and does not say where');
  }
  throw unreadable(path, `it has no end after ${MAX_PAGES} pages`);
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- what zod infers is the type
function pageOf<T>(shape: z.ZodType<T>) {
  const bucket = z.object({ starting_at: z.iso.datetime({ offset: true }), results: z.array(shape) });
  return z.object({ data: z.array(bucket), has_more: z.boolean(), next_page: z.string().nullish() });
}

function paramsOf({ fromMs, toMs }: WholeDays, groups: readonly string[], page: string | null): ReportParams {
  return {
    starting_at: new Date(fromMs).toISOString(),
    ending_at: new Date(toMs).toISOString(),
    bucket_width: '1d',
    limit: String(Math.min(DAYS_A_PAGE, (toMs - fromMs) / DAY_MS)),
    group_by: groups,
    ...(page !== null && { page }),
  };
}

function unreadable(path: string, why: string): ProtocolError {
  return new ProtocolError(
    `The report of ${path} cannot be read: ${why}. A newer version of this package may know it.`,
  );
}

function refuse(context: z.RefinementCtx): never {
  context.addIssue({ code: 'custom', message: 'no decimal number of cents' });
  return z.NEVER;
}
