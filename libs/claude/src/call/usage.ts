/**
 * How far a usage can be trusted: `complete` is the API's final word, `partial` is its last word before the answer broke
 * off (with the output counted from what arrived), `estimated` is our own guess because the API never said.
 */
export type UsageQuality = 'complete' | 'partial' | 'estimated';

/** Tokens in disjoint kinds: each token is in exactly one field, so sums never count twice. */
export interface TokenUsage {
  /** Input read fresh: neither from the cache nor into it. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  /** Input written to the prompt cache for 5 minutes. */
  readonly cacheWrite5mTokens: number;
  /** Input written to the prompt cache for 1 hour. */
  readonly cacheWrite1hTokens: number;
  /** All output, thinking included. */
  readonly outputTokens: number;
}

/** Work done inside a call that its top-level counters leave out, with the model that did it. */
export interface IterationUsage extends TokenUsage {
  readonly kind: string;
  /** `null` means the model of the call itself. */
  readonly model: string | null;
}

/** The usage of one answer in normal form. Nothing downstream reads the API's own counters. */
export interface Usage extends TokenUsage {
  /** How much of `outputTokens` was thinking; a breakdown, not a further kind. */
  readonly thinkingTokens: number;
  readonly webSearchRequests: number;
  readonly webFetchRequests: number;
  /** `standard`, `priority` or `batch`, as the response says; `null` where it does not. */
  readonly serviceTier: string | null;
  /** `standard` or `fast`, as the response says. */
  readonly speed: string | null;
  /** Where inference ran, as the response says. */
  readonly inferenceGeo: string | null;
  /** Compaction and advisor work; the call's own `message` iterations are in the top-level counters already. */
  readonly iterations: readonly IterationUsage[];
  /**
   * What each model did where a fallback of the API took over: the top-level counters, model by model. Empty where a
   * single model answered, `null` where the API does not say which part is whose.
   */
  readonly hops: readonly IterationUsage[] | null;
  /** Whether the API credits what the model cost that refused: `redeemed` or `not_applied`; `null` without a fallback. */
  readonly fallbackCredit: string | null;
  readonly quality: UsageQuality;
}

type Raw = Readonly<Record<string, unknown>>;

/** Iterations whose tokens the API leaves out of the top-level counters (SDK `BetaUsage.iterations`). */
const APART: ReadonlySet<unknown> = new Set(['compaction', 'advisor_message']);

/** Iterations that the top-level counters sum up (SDK `BetaUsage.iterations`). */
const HOPS: ReadonlySet<unknown> = new Set(['message', 'fallback_message']);

const NO_ITERATIONS: readonly IterationUsage[] = Object.freeze([]);

/** Turns the API's `usage` object into normal form. Missing counters are 0; returns `null` for what is no object. */
export function normalizeUsage(raw: unknown, quality: UsageQuality = 'complete'): Usage | null {
  if (!isRaw(raw)) return null;
  const output = isRaw(raw['output_tokens_details']) ? raw['output_tokens_details'] : undefined;
  const tools = isRaw(raw['server_tool_use']) ? raw['server_tool_use'] : undefined;
  // Field by field: this runs once a call, and a spread costs ten times as much.
  const tokens = tokenUsage(raw);
  return {
    inputTokens: tokens.inputTokens,
    cacheReadTokens: tokens.cacheReadTokens,
    cacheWrite5mTokens: tokens.cacheWrite5mTokens,
    cacheWrite1hTokens: tokens.cacheWrite1hTokens,
    outputTokens: tokens.outputTokens,
    thinkingTokens: count(output?.['thinking_tokens']),
    webSearchRequests: count(tools?.['web_search_requests']),
    webFetchRequests: count(tools?.['web_fetch_requests']),
    serviceTier: text(raw['service_tier']),
    speed: text(raw['speed']),
    inferenceGeo: text(raw['inference_geo']),
    iterations: iterations(raw['iterations'], APART),
    hops: hops(raw['iterations']),
    fallbackCredit: isRaw(raw['fallback_credit']) ? text(raw['fallback_credit']['status']) : null,
    quality,
  };
}

/**
 * Joins the usage of `message_start` with that of a `message_delta`: deltas are cumulative and leave out what did not
 * change, so a counter that is present replaces and never adds (as in the SDK's `MessageStream`).
 */
export function overlayUsage(start: Raw, delta: unknown): Raw {
  if (!isRaw(delta)) return start;
  const merged: Record<string, unknown> = { ...start };
  for (const key in delta) if (delta[key] != null) merged[key] = delta[key];
  return merged;
}

/** All tokens that are billed: those of compaction and advisors stand beside the answer's own. */
export function billedTokens(usage: Usage): TokenUsage {
  const { iterations: beside } = usage;
  if (beside.length === 0) return usage;
  const sum = (kind: keyof TokenUsage): number => beside.reduce((total, each) => total + each[kind], usage[kind]);
  return {
    inputTokens: sum('inputTokens'),
    cacheReadTokens: sum('cacheReadTokens'),
    cacheWrite5mTokens: sum('cacheWrite5mTokens'),
    cacheWrite1hTokens: sum('cacheWrite1hTokens'),
    outputTokens: sum('outputTokens'),
  };
}

/** A usage nobody reported: the input as estimated from the request, the output as counted from what arrived. */
export function estimatedUsage(inputTokens: number, outputTokens: number): Usage {
  return {
    inputTokens,
    cacheReadTokens: 0,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens,
    thinkingTokens: 0,
    webSearchRequests: 0,
    webFetchRequests: 0,
    serviceTier: null,
    speed: null,
    inferenceGeo: null,
    iterations: NO_ITERATIONS,
    hops: NO_ITERATIONS,
    fallbackCredit: null,
    quality: 'estimated',
  };
}

function tokenUsage(raw: Raw): TokenUsage {
  const split = isRaw(raw['cache_creation']) ? raw['cache_creation'] : undefined;
  const hour = count(split?.['ephemeral_1h_input_tokens']);
  const fiveMinutes = count(split?.['ephemeral_5m_input_tokens']);
  const written = count(raw['cache_creation_input_tokens']);
  return {
    inputTokens: count(raw['input_tokens']),
    cacheReadTokens: count(raw['cache_read_input_tokens']),
    // A delta may correct the total but never the split; what the split does not explain was a 5 minute write.
    cacheWrite5mTokens: Math.max(fiveMinutes, written - hour),
    cacheWrite1hTokens: hour,
    outputTokens: count(raw['output_tokens']),
  };
}

function iterations(raw: unknown, types: ReadonlySet<unknown>): readonly IterationUsage[] {
  if (!Array.isArray(raw)) return NO_ITERATIONS;
  const wanted = raw.filter((entry): entry is Raw => isRaw(entry) && types.has(entry['type']));
  if (wanted.length === 0) return NO_ITERATIONS;
  return wanted.map((entry) =>
    Object.assign(tokenUsage(entry), { kind: String(entry['type']), model: text(entry['model']) }),
  );
}

function hops(raw: unknown): readonly IterationUsage[] | null {
  const all = iterations(raw, HOPS);
  if (all.every(({ kind }) => kind === 'message')) return NO_ITERATIONS;
  return all.every(({ model }) => model !== null) ? all : null;
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null;
}

function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
