import type { Anthropic } from '@anthropic-ai/sdk';
import type { CostItem, CostKind, PriceUsage } from '../../call/cost.js';
import { normalizeUsage } from '../../call/usage.js';
import type { ApiKey } from '../http/api-keys.js';
import type { BilledMessage } from '../record/billed.js';

/** What reports tell apart, by the names they have there. */
export interface BookedUnder {
  readonly api_key_id: string;
  /** `null` for the default workspace. */
  readonly workspace_id: string | null;
  readonly model: string;
  readonly service_tier: string;
  readonly context_window: '0-200k' | '200k-1M';
  readonly inference_geo: string;
}

/** What one kind of messages used in one minute. */
export interface BookLine {
  readonly minute: number;
  readonly under: BookedUnder;
  readonly tokens: Record<TokenColumn, number>;
  /** Pico-dollars (10^-12 USD) by what they were paid for. */
  readonly costs: Map<CostKind, bigint>;
}

/** See {@link TOKEN_COLUMNS}. */
export type TokenColumn = (typeof TOKEN_COLUMNS)[number];

/** What is added up. */
export const TOKEN_COLUMNS = ['fresh', 'write5m', 'write1h', 'read', 'output', 'searches'] as const;

const MINUTE_MS = 60_000;
const LONG_PROMPT_TOKENS = 200_000;

/** What was billed, minute by minute, for those who ask for reports. */
export class UsageBook {
  readonly #lines = new Map<string, BookLine>();

  constructor(
    private readonly costOf: PriceUsage,
    private readonly workspaces: Readonly<Record<string, string>>,
  ) {}

  get lines(): Iterable<BookLine> {
    return this.#lines.values();
  }

  add({ model, usage }: BilledMessage, key: ApiKey, atMs: number): void {
    const under: BookedUnder = {
      api_key_id: `apikey_${key.fingerprint.slice('sha256:'.length)}`,
      workspace_id: this.workspaces[key.secret] ?? null,
      model,
      service_tier: usage.service_tier ?? 'standard',
      context_window: promptTokens(usage) > LONG_PROMPT_TOKENS ? '200k-1M' : '0-200k',
      inference_geo: usage.inference_geo ?? 'not_available',
    };
    const line = this.#lineOf(Math.floor(atMs / MINUTE_MS), under);
    addTokens(line.tokens, usage);
    const used = normalizeUsage(usage);
    if (used !== null) addCosts(line.costs, this.costOf(model, used, atMs).items);
  }

  clear(): void {
    this.#lines.clear();
  }

  #lineOf(minute: number, under: BookedUnder): BookLine {
    const id = JSON.stringify([minute, under]);
    const known = this.#lines.get(id);
    if (known !== undefined) return known;
    const line: BookLine = { minute, under, tokens: noTokens(), costs: new Map() };
    this.#lines.set(id, line);
    return line;
  }
}

/** Nothing of anything. */
export function noTokens(): Record<TokenColumn, number> {
  return { fresh: 0, write5m: 0, write1h: 0, read: 0, output: 0, searches: 0 };
}

function addTokens(tokens: Record<TokenColumn, number>, usage: Anthropic.Usage): void {
  tokens.fresh += usage.input_tokens;
  tokens.write5m += usage.cache_creation?.ephemeral_5m_input_tokens ?? 0;
  tokens.write1h += usage.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  tokens.read += usage.cache_read_input_tokens ?? 0;
  tokens.output += usage.output_tokens;
  tokens.searches += usage.server_tool_use?.web_search_requests ?? 0;
}

function addCosts(costs: Map<CostKind, bigint>, items: readonly CostItem[]): void {
  for (const { kind, picoUsd } of items) costs.set(kind, (costs.get(kind) ?? 0n) + BigInt(picoUsd));
}

function promptTokens(usage: Anthropic.Usage): number {
  return usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
}
