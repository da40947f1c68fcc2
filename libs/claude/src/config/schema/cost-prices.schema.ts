import { z } from 'zod';
import type { PricingProvider } from '../../cost/pricing/model-price.js';
import type { PriceList, PriceRow } from '../../cost/pricing/price-row.js';
import type { PricingOptions } from '../../cost/pricing/pricing.options.js';
import { inRange, isObject, milliseconds, modelIds, must, oneOf, text, whole } from './checks.js';

/** Far above any price, and far below what would not be counted exactly. */
const usd = must<number>('a price in US dollars from 0 to 100000', (value) => inRange(value, 0, 100_000));

const factor = must<number>('a factor above 0 and up to 100', (value) => inRange(value, Number.MIN_VALUE, 100));

const day = must<string>('a date, written YYYY-MM-DD', isDay);

const usdPerMillionTokens = z.strictObject({
  input: usd,
  cacheWrite5m: usd,
  cacheWrite1h: usd,
  cacheRead: usd,
  output: usd,
});

const priceRow = z.strictObject({
  models: modelIds,
  effectiveFrom: day,
  effectiveUntil: day.optional(),
  usdPerMillionTokens,
  abovePromptTokens: z.strictObject({ promptTokens: whole(1, 1e9), usdPerMillionTokens }).optional(),
  fast: z.strictObject({ input: usd, output: usd }).optional(),
  batchMultiplier: factor.optional(),
  inferenceGeo: z
    .record(z.string(), factor, { error: 'must be an object whose keys are regions and whose values are factors' })
    .optional(),
  note: text.optional(),
});

const rows = z.array(priceRow, { error: 'must be a list of price rows' });

/** What a price file holds. */
export const priceList = z.strictObject({
  version: text,
  asOf: day,
  rows,
  webSearchUsd: usd.optional(),
});

const provider = must<PricingProvider>(
  'an object with a `version` and a method `priceOf`',
  (value) => isObject(value) && 'version' in value && 'priceOf' in value && typeof value.priceOf === 'function',
);

/** Options of prices. */
export const pricing = z
  .strictObject({
    file: text,
    filePollMs: milliseconds,
    rows,
    webSearchUsd: usd,
    discount: must<number>(
      'a share of at least 0 and below 1',
      (value) => typeof value === 'number' && value >= 0 && value < 1,
    ),
    provider,
    unknownModel: oneOf('allow-unpriced', 'dearest-known', 'refuse'),
  })
  .partial();

/**
 * Options of prices that are fine by themselves and cannot hold together, or would do nothing.
 *
 * @param path Of the options, e.g. `cost.pricing`.
 */
export function pricingContradictions(path: string, { file, filePollMs, rows: own = [] }: PricingOptions): string[] {
  const unheard = filePollMs !== undefined && file === undefined;
  return [
    ...rowContradictions(`${path}.rows`, own),
    ...(unheard
      ? [`\`${path}.filePollMs\` would do nothing without \`${path}.file\`: name a file, or remove it.`]
      : []),
  ];
}

/** The same for a price file. */
export function priceListContradictions(list: PriceList): string[] {
  return rowContradictions('rows', list.rows);
}

function rowContradictions(path: string, given: readonly PriceRow[]): string[] {
  return [...given.flatMap((row, index) => endedBefore(`${path}[${index}]`, row)), ...twice(path, given)];
}

function endedBefore(path: string, { effectiveFrom, effectiveUntil }: PriceRow): string[] {
  if (effectiveUntil === undefined || effectiveUntil >= effectiveFrom) return [];
  return [
    `\`${path}.effectiveUntil\` is before \`${path}.effectiveFrom\`: the row would never hold. Correct one of them.`,
  ];
}

/** Two prices of one model from the same day on. */
function twice(path: string, given: readonly PriceRow[]): string[] {
  const first = new Map<string, number>();
  return given.flatMap(({ models, effectiveFrom }, index) =>
    models.flatMap((model) => {
      const other = first.get(`${effectiveFrom} ${model}`);
      if (other === undefined) {
        first.set(`${effectiveFrom} ${model}`, index);
        return [];
      }
      return [
        `\`${path}[${index}]\` and \`${path}[${other}]\` both price ${model} from ${effectiveFrom}: keep one of them.`,
      ];
    }),
  );
}

function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const atMs = Date.parse(value);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(value);
}
