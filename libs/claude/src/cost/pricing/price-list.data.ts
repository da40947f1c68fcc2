import type { PriceList, PriceRow, UsdPerMillionTokens } from './price-row.js';

/** Dollars for a million tokens, in the order of Anthropic's own table. */
function usd(
  input: number,
  cacheWrite5m: number,
  cacheWrite1h: number,
  cacheRead: number,
  output: number,
): UsdPerMillionTokens {
  return { input, cacheWrite5m, cacheWrite1h, cacheRead, output };
}

function row(models: readonly string[], effectiveFrom: string, price: UsdPerMillionTokens, more?: Partial<PriceRow>) {
  return Object.freeze({ models, effectiveFrom, usdPerMillionTokens: price, ...more }) satisfies PriceRow;
}

/** Inference in the US costs a tenth more, for Opus 4.6, Sonnet 4.6 and all later models ("Data residency"). */
const LATER = { inferenceGeo: { us: 1.1 } } as const;

/** Prices above a prompt of 200,000 tokens, while the window of a million tokens was in beta ("Long context pricing"). */
const OPUS_BETA = { abovePromptTokens: { promptTokens: 200_000, usdPerMillionTokens: usd(10, 12.5, 20, 1, 37.5) } };
const SONNET_BETA = { abovePromptTokens: { promptTokens: 200_000, usdPerMillionTokens: usd(6, 7.5, 12, 0.6, 22.5) } };

/** Prices of Haiku 5.5 above a prompt of 100,000 tokens. */
const HAIKU_LONG = { abovePromptTokens: { promptTokens: 100_000, usdPerMillionTokens: usd(0.5, 0.625, 1, 0.05, 2.5) } };

const FAST_NOTE = 'Fast prices: copies of "Fast mode" of the Anthropic API docs, October 2026.';
const TRACKERS = 'third-party price trackers, November 2026';
const GA_NOTE =
  'One price for the whole window since 2026-03-13: third-party price trackers that cite the announcement.';

/** Retired on the Claude API, kept for what was used before and for other platforms. */
const RETIRED: readonly PriceRow[] = [
  row(['claude-opus-4-1', 'claude-opus-4-1-20250805'], '2025-08-05', usd(15, 18.75, 30, 1.5, 75)),
  row(['claude-opus-4', 'claude-opus-4-0', 'claude-opus-4-20250514'], '2025-05-14', usd(15, 18.75, 30, 1.5, 75)),
  row(
    ['claude-sonnet-4', 'claude-sonnet-4-0', 'claude-sonnet-4-20250514'],
    '2025-05-14',
    usd(3, 3.75, 6, 0.3, 15),
    SONNET_BETA,
  ),
  row(
    ['claude-3-5-haiku', 'claude-3-5-haiku-latest', 'claude-3-5-haiku-20241022'],
    '2024-10-22',
    usd(0.8, 1, 1.6, 0.08, 4),
  ),
];

/**
 * Anthropic's list prices in US dollars for a million tokens, first-party API. Where a row has no note, its prices are
 * those of "Pricing" and of the model's own page in the Anthropic API docs. A row holds from 00:00 UTC of its date until
 * the model's next row; where a release date is not documented, the date is an earlier one.
 *
 * `claude-mythos-preview` has no row: no price of it is published, so it stays unpriced.
 */
export const PRICE_LIST: PriceList = Object.freeze({
  version: '2026-11-23',
  asOf: '2026-11-23',
  /** Ten dollars for a thousand searches. Web fetch costs its tokens only. */
  webSearchUsd: 0.01,
  //                                                     input  5m write  1h write  cache read  output
  rows: [
    row(['claude-fable-5-2'], '2026-11-09', usd(8, 10, 16, 0.2, 40), {
      ...LATER,
      fast: { input: 16, output: 80 },
      note: `Source: ${TRACKERS}.`,
    }),
    row(['claude-mythos-5-2'], '2026-11-09', usd(8, 10, 16, 0.2, 40), {
      ...LATER,
      fast: { input: 16, output: 80 },
      note: 'Inferred: every earlier Mythos costs what the Fable of its version costs.',
    }),
    row(['claude-haiku-5-5'], '2026-10-07', usd(0.1, 0.125, 0.2, 0.01, 0.5), {
      ...LATER,
      ...HAIKU_LONG,
      note: 'That a long prompt reprices the whole request, and that cached tokens count as prompt: third-party price trackers.',
    }),
    row(['claude-sonnet-5-5'], '2026-10-07', usd(2, 2.5, 4, 0.1, 10), {
      ...LATER,
      note: 'Cache reads were halved on 2026-10-07: third-party price trackers, October 2026.',
    }),
    row(['claude-sonnet-5-5'], '2026-09-28', usd(2, 2.5, 4, 0.2, 10), LATER),
    row(['claude-opus-5-5'], '2026-09-22', usd(4, 5, 8, 0.2, 20), {
      ...LATER,
      fast: { input: 8, output: 40 },
      note: FAST_NOTE,
    }),
    row(['claude-fable-5-1'], '2026-09-01', usd(10, 12.5, 20, 0.25, 50), LATER),
    row(['claude-mythos-5-1'], '2026-09-01', usd(10, 12.5, 20, 0.25, 50), LATER),
    row(['claude-opus-5'], '2026-07-24', usd(5, 6.25, 10, 0.5, 25), {
      ...LATER,
      fast: { input: 10, output: 50 },
      note: FAST_NOTE,
    }),
    row(['claude-sonnet-5'], '2026-06-30', usd(2, 2.5, 4, 0.2, 10), {
      ...LATER,
      note: 'The rise to 3 and 15 dollars that was announced for September 2026 was cancelled.',
    }),
    row(['claude-fable-5'], '2026-06-09', usd(10, 12.5, 20, 1, 50), LATER),
    row(['claude-mythos-5'], '2026-06-09', usd(10, 12.5, 20, 1, 50), LATER),

    row(['claude-opus-4-8'], '2026-12-01', usd(5, 6.25, 10, 0.5, 25), { ...LATER, note: 'Fast mode has ended.' }),
    row(['claude-opus-4-8'], '2026-02-01', usd(5, 6.25, 10, 0.5, 25), {
      ...LATER,
      fast: { input: 10, output: 50 },
      note: `Fast mode until 2026-11-30. ${FAST_NOTE}`,
    }),
    row(['claude-opus-4-7'], '2026-02-01', usd(5, 6.25, 10, 0.5, 25), LATER),
    row(['claude-opus-4-6'], '2026-03-13', usd(5, 6.25, 10, 0.5, 25), { ...LATER, note: GA_NOTE }),
    row(['claude-opus-4-6'], '2026-02-01', usd(5, 6.25, 10, 0.5, 25), { ...LATER, ...OPUS_BETA, note: GA_NOTE }),
    row(['claude-sonnet-4-6'], '2026-03-13', usd(3, 3.75, 6, 0.3, 15), { ...LATER, note: GA_NOTE }),
    row(['claude-sonnet-4-6'], '2026-02-01', usd(3, 3.75, 6, 0.3, 15), { ...LATER, ...SONNET_BETA, note: GA_NOTE }),

    row(['claude-opus-4-5', 'claude-opus-4-5-20251101'], '2025-11-01', usd(5, 6.25, 10, 0.5, 25)),
    row(['claude-haiku-4-5', 'claude-haiku-4-5-20251001'], '2025-10-01', usd(1, 1.25, 2, 0.1, 5)),
    row(['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'], '2025-09-29', usd(3, 3.75, 6, 0.3, 15), SONNET_BETA),

    ...RETIRED,
  ],
});

/** A difference between this list and another source, and what explains it. A check fails on any that is not here. */
export interface ExplainedDifference {
  readonly source: 'sdk' | 'genai-prices';
  readonly model: string;
  /** `missing here`, `missing there`, or the price that differs. */
  readonly what: 'missing here' | 'missing there' | keyof UsdPerMillionTokens | 'abovePromptTokens' | 'webSearchUsd';
  readonly why: string;
}

function explain(
  source: ExplainedDifference['source'],
  what: ExplainedDifference['what'],
  models: readonly string[],
  why: string,
): ExplainedDifference[] {
  return models.map((model) => ({ source, model, what, why }));
}

const OLDEST = [
  'claude-v1',
  'claude-2',
  'claude-3-haiku',
  'claude-3-sonnet',
  'claude-3-opus-latest',
  'claude-3-5-sonnet',
  'claude-3-7-sonnet-latest',
];

/** What the list's differences from the SDK's `Model` type, and from `@pydantic/genai-prices`, come from. */
export const EXPLAINED: readonly ExplainedDifference[] = Object.freeze([
  ...explain('sdk', 'missing here', ['claude-mythos-preview'], 'no price of it is published'),
  ...explain(
    'sdk',
    'missing there',
    RETIRED.flatMap(({ models }) => models),
    'retired on the Claude API, kept for history',
  ),
  ...explain('genai-prices', 'missing here', OLDEST, 'retired before this list begins'),
  ...explain(
    'genai-prices',
    'missing there',
    ['claude-fable-5-2', 'claude-mythos-5-2', 'claude-haiku-5-5', 'claude-mythos-5-1', 'claude-mythos-5'],
    'it does not have the model yet',
  ),
  ...explain(
    'genai-prices',
    'cacheRead',
    ['claude-sonnet-5-5'],
    'it does not have the model and takes it for Sonnet 5 by its prefix; cache reads of Sonnet 5.5 were halved since',
  ),
  ...explain(
    'genai-prices',
    'abovePromptTokens',
    ['claude-sonnet-4', 'claude-sonnet-4-0', 'claude-sonnet-4-20250514'],
    'it leaves out the prices of the long-context beta for Sonnet 4',
  ),
]);
