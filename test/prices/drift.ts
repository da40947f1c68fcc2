import { readFileSync } from 'node:fs';
import { calcPrice, findProvider, type TieredPrices } from '@pydantic/genai-prices';
import { PriceBook } from '../../libs/claude/src/cost/pricing/price-book.js';
import type { ExplainedDifference } from '../../libs/claude/src/cost/pricing/price-list.data.js';
import type { PriceList, PriceRow } from '../../libs/claude/src/cost/pricing/price-row.js';

/** Something in which the price list and another source are not at one. */
export type Difference = Omit<ExplainedDifference, 'why'> & { readonly detail: string };

type What = ExplainedDifference['what'];

/** The ids of the SDK's `Model` type. */
export function sdkModels(): readonly string[] {
  const script = require.resolve('@anthropic-ai/sdk/resources/messages/messages');
  const types = readFileSync(script.replace(/\.js$/, '.d.ts'), 'utf8');
  const union = /export type Model = ([^;]+);/.exec(types)?.[1] ?? '';
  return [...union.matchAll(/'([^']+)'/g)].map(([, id]) => String(id));
}

/** Ids that only one of the two has. */
export function differencesFromSdk({ rows }: PriceList, models: readonly string[]): readonly Difference[] {
  const priced = new Set(rows.flatMap((row) => row.models));
  const known = new Set(models);
  const differing = (what: What, detail: string) => (model: string) =>
    ({ source: 'sdk', model, what, detail }) as const;
  return [
    ...[...known].filter((id) => !priced.has(id)).map(differing('missing here', 'the SDK has it, the list has not')),
    ...[...priced].filter((id) => !known.has(id)).map(differing('missing there', 'the list has it, the SDK has not')),
  ];
}

/** Models that only one of the two has, and prices that differ on the first day of a row. */
export function differencesFromGenai(list: PriceList): readonly Difference[] {
  const book = new PriceBook({ base: list });
  const unpriced = (findProvider({ providerId: 'anthropic' })?.models ?? [])
    .filter(({ id }) => book.priceOf(id, Date.parse(list.asOf)) === null)
    .map(({ id }) => genaiDifference(id, 'missing here', 'genai-prices has it, the list has not'));
  return [...unpriced, ...list.rows.flatMap((row) => row.models.flatMap((model) => rowDifferences(list, row, model)))];
}

/** What differs and is not explained. */
export function unexplained(
  found: readonly Difference[],
  explained: readonly ExplainedDifference[],
): readonly string[] {
  return found
    .filter((difference) => !explained.some((entry) => isSame(entry, difference)))
    .map(({ source, model, what, detail }) => `${source}: ${model}: ${what}: ${detail}`);
}

/** Explanations of what differs no longer. */
export function outdated(found: readonly Difference[], explained: readonly ExplainedDifference[]): readonly string[] {
  return explained
    .filter((entry) => !found.some((difference) => isSame(entry, difference)))
    .map(({ source, model, what, why }) => `${source}: ${model}: ${what}: explained by "${why}", and no longer so`);
}

function rowDifferences(list: PriceList, row: PriceRow, model: string): readonly Difference[] {
  const timestamp = new Date(row.effectiveFrom);
  const theirs = calcPrice({ input_tokens: 1 }, model, { providerId: 'anthropic', timestamp })?.model_price;
  if (theirs === undefined) {
    return [genaiDifference(model, 'missing there', 'the list has it, genai-prices has not')];
  }
  return Object.entries(comparable(list, row)).flatMap(([what, ours]) => {
    const their = what === 'abovePromptTokens' ? longPromptOf(theirs) : baseOf(theirs[UNITS[what] ?? '']);
    if (JSON.stringify(ours) === JSON.stringify(their)) return [];
    const detail = `${JSON.stringify(ours)} in the list and ${JSON.stringify(their)} in genai-prices on ${row.effectiveFrom}`;
    return [genaiDifference(model, what as What, detail)];
  });
}

type GenaiPrice = number | TieredPrices | undefined;

/** The names of the package for what is priced. */
const UNITS: Readonly<Record<string, string>> = {
  input: 'input_mtok',
  cacheWrite5m: 'cache_write_mtok',
  cacheWrite1h: 'cache_write_1h_mtok',
  cacheRead: 'cache_read_mtok',
  output: 'output_mtok',
  webSearchUsd: 'web_searches_kcount',
};

const TOKENS = ['input', 'cacheWrite5m', 'cacheWrite1h', 'cacheRead', 'output'] as const;

function comparable({ webSearchUsd = 0 }: PriceList, { abovePromptTokens: above, usdPerMillionTokens: usd }: PriceRow) {
  return {
    ...usd,
    abovePromptTokens: above && [above.promptTokens, ...TOKENS.map((kind) => above.usdPerMillionTokens[kind])],
    webSearchUsd: webSearchUsd * 1_000,
  };
}

/** Where the prices of a long prompt begin, and these prices. */
function longPromptOf(prices: Readonly<Record<string, GenaiPrice>>): readonly (number | undefined)[] | undefined {
  const tiers = TOKENS.map((kind) => prices[UNITS[kind] ?? '']).map((price) => tierOf(price));
  return tiers[0] && [tiers[0].start, ...tiers.map((tier) => tier?.price)];
}

function tierOf(price: GenaiPrice): { readonly start: number; readonly price: number } | undefined {
  return typeof price === 'object' ? price.tiers[0] : undefined;
}

function baseOf(price: GenaiPrice): number | undefined {
  return typeof price === 'object' ? price.base : price;
}

function genaiDifference(model: string, what: What, detail: string): Difference {
  return { source: 'genai-prices', model, what, detail };
}

function isSame(a: Omit<Difference, 'detail'>, b: Omit<Difference, 'detail'>): boolean {
  return a.source === b.source && a.model === b.model && a.what === b.what;
}
