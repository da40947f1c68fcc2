import type { Exchange } from '../http/exchange.js';
import { playJson } from '../script/play-json.js';
import type { Simulation } from '../simulation.js';
import { groupsOf, reportPage } from './report.js';
import { readReportQuery, type ReportRules } from './report-query.js';
import { noTokens, TOKEN_COLUMNS, type BookedUnder, type BookLine } from './usage-book.js';

const GROUPS = ['api_key_id', 'workspace_id', 'model', 'service_tier', 'context_window', 'inference_geo'] as const;

const RULES: ReportRules = {
  widths: ['1m', '1h', '1d'],
  groups: GROUPS,
  filters: {
    'api_key_ids[]': 'api_key_id',
    'workspace_ids[]': 'workspace_id',
    'models[]': 'model',
    'service_tiers[]': 'service_tier',
    'context_window[]': 'context_window',
    'inference_geos[]': 'inference_geo',
  },
};

/** `GET /v1/organizations/usage_report/messages`: tokens by kind. */
export function usageReport(exchange: Exchange, { clock, book, script }: Simulation): void {
  const query = readReportQuery(exchange.query, RULES, clock.wall());
  const named = GROUPS.filter((name) => query.groups.has(name));
  const page = reportPage(query, book.lines, (lines) =>
    groupsOf(lines, ({ under }) => named.map((name) => under[name])).map((group) => resultOf(group, named)),
  );
  const directive = script.reports.take(null);
  playJson(exchange, directive, directive?.reply ?? page);
}

function resultOf(lines: readonly BookLine[], named: readonly (keyof BookedUnder)[]): object {
  const tokens = noTokens();
  for (const line of lines) for (const column of TOKEN_COLUMNS) tokens[column] += line.tokens[column];
  const under = lines[0]?.under;
  return {
    uncached_input_tokens: tokens.fresh,
    cache_creation: { ephemeral_5m_input_tokens: tokens.write5m, ephemeral_1h_input_tokens: tokens.write1h },
    cache_read_input_tokens: tokens.read,
    output_tokens: tokens.output,
    server_tool_use: { web_search_requests: tokens.searches },
    ...Object.fromEntries(GROUPS.map((name) => [name, named.includes(name) ? (under?.[name] ?? null) : null])),
  };
}
