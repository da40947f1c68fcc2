import type { CostKind } from '../../call/cost.js';
import type { Exchange } from '../http/exchange.js';
import { playJson } from '../script/play-json.js';
import type { Simulation } from '../simulation.js';
import { groupsOf, reportPage } from './report.js';
import { readReportQuery, type ReportRules } from './report-query.js';
import type { BookedUnder, BookLine } from './usage-book.js';

const RULES: ReportRules = { widths: ['1d'], groups: ['workspace_id', 'description'], filters: {} };

const TOKEN_TYPES: Readonly<Record<CostKind, string | null>> = {
  input: 'uncached_input_tokens',
  'cache-read': 'cache_read_input_tokens',
  'cache-write-5m': 'cache_creation.ephemeral_5m_input_tokens',
  'cache-write-1h': 'cache_creation.ephemeral_1h_input_tokens',
  output: 'output_tokens',
  'web-search': null,
};

/** One kind of cost of one line. */
interface Charge {
  readonly under: BookedUnder;
  readonly kind: CostKind;
  readonly picoUsd: bigint;
}

/** `GET /v1/organizations/cost_report`: what it came to, in cents. */
export function costReport(exchange: Exchange, { clock, book, script }: Simulation): void {
  const { groups, ...query } = readReportQuery(exchange.query, RULES, clock.wall());
  const byWorkspace = groups.has('workspace_id');
  const byDescription = groups.has('description');
  const alike = ({ under, kind }: Charge): unknown => [
    byWorkspace ? under.workspace_id : null,
    byDescription ? described(under, kind) : null,
  ];
  const page = reportPage({ groups, ...query }, book.lines, (lines) =>
    groupsOf(lines.flatMap(chargesOf), alike).map((group) => resultOf(group, byWorkspace, byDescription)),
  );
  const directive = script.reports.take(null);
  playJson(exchange, directive, directive?.reply ?? page);
}

function chargesOf({ under, costs }: BookLine): Charge[] {
  return Array.from(costs, ([kind, picoUsd]) => ({ under, kind, picoUsd }));
}

function resultOf(charges: readonly Charge[], byWorkspace: boolean, byDescription: boolean): object {
  const [first] = charges;
  const picoUsd = charges.reduce((sum, charge) => sum + charge.picoUsd, 0n);
  return {
    currency: 'USD',
    amount: centsOf(picoUsd),
    workspace_id: byWorkspace ? (first?.under.workspace_id ?? null) : null,
    ...(byDescription && first !== undefined ? described(first.under, first.kind) : NOT_DESCRIBED),
  };
}

const NOT_DESCRIBED = {
  description: null,
  cost_type: null,
  model: null,
  token_type: null,
  service_tier: null,
  context_window: null,
  inference_geo: null,
};

function described(under: BookedUnder, kind: CostKind): Record<keyof typeof NOT_DESCRIBED, string | null> {
  const token = TOKEN_TYPES[kind];
  if (token === null) return { ...NOT_DESCRIBED, description: 'Web Search Usage', cost_type: 'web_search' };
  const { model, service_tier, context_window, inference_geo } = under;
  const description = `${model} Usage - ${token}${service_tier === 'batch' ? ' - Batch' : ''}`;
  return { description, cost_type: 'tokens', model, token_type: token, service_tier, context_window, inference_geo };
}

const PICO_PER_CENT_DIGITS = 10;

/** Cents as a decimal text, every digit of it. */
function centsOf(picoUsd: bigint): string {
  const digits = picoUsd.toString().padStart(PICO_PER_CENT_DIGITS + 1, '0');
  const whole = digits.slice(0, -PICO_PER_CENT_DIGITS);
  const rest = digits.slice(-PICO_PER_CENT_DIGITS).replace(/0+$/, '');
  return rest === '' ? whole : `${whole}.${rest}`;
}
