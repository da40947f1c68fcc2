import type { UnpricedPart } from '../../../call/cost.js';
import type { Usage } from '../../../call/usage.js';
import type { PricingOptions } from '../pricing.options.js';
import { iteration, tokens } from './usage.js';

/** A bill that was added up by hand. */
export interface HandBill {
  readonly what: string;
  readonly model: string;
  /** A date, or a moment, in UTC. */
  readonly on: string;
  readonly usage: Partial<Usage>;
  /** How it was added up, in micro-dollars: tokens times dollars for a million of them. */
  readonly sum: string;
  readonly nanoUsd: number;
  readonly unpriced: readonly UnpricedPart[];
  readonly options: PricingOptions;
}

const NOW = '2026-11-23';

/** One of each kind of tokens, told apart by their numbers. */
const ALL = tokens(1_000, 20_000, 400, 300, 500);

type More = Partial<Pick<HandBill, 'on' | 'unpriced' | 'options'>>;

function bill(
  what: string,
  model: string,
  usage: Partial<Usage>,
  sum: string,
  nanoUsd: number,
  more: More = {},
): HandBill {
  return { what, model, on: NOW, usage, sum, nanoUsd, unpriced: [], options: {}, ...more };
}

const CARDS = [
  bill('Fable 5.2', 'claude-fable-5-2', ALL, '1000×8 + 20000×0.2 + 400×10 + 300×16 + 500×40', 40_800_000),
  bill('Mythos 5.2', 'claude-mythos-5-2', ALL, '1000×8 + 20000×0.2 + 400×10 + 300×16 + 500×40', 40_800_000),
  bill('Haiku 5.5', 'claude-haiku-5-5', ALL, '1000×0.1 + 20000×0.01 + 400×0.125 + 300×0.2 + 500×0.5', 660_000),
  bill('Sonnet 5.5', 'claude-sonnet-5-5', ALL, '1000×2 + 20000×0.1 + 400×2.5 + 300×4 + 500×10', 11_200_000),
  bill('Opus 5.5', 'claude-opus-5-5', ALL, '1000×4 + 20000×0.2 + 400×5 + 300×8 + 500×20', 22_400_000),
  bill('Fable 5.1', 'claude-fable-5-1', ALL, '1000×10 + 20000×0.25 + 400×12.5 + 300×20 + 500×50', 51_000_000),
  bill('Mythos 5.1', 'claude-mythos-5-1', ALL, '1000×10 + 20000×0.25 + 400×12.5 + 300×20 + 500×50', 51_000_000),
  bill('Fable 5', 'claude-fable-5', ALL, '1000×10 + 20000×1 + 400×12.5 + 300×20 + 500×50', 66_000_000),
  bill('Mythos 5', 'claude-mythos-5', ALL, '1000×10 + 20000×1 + 400×12.5 + 300×20 + 500×50', 66_000_000),
  bill('Opus 5', 'claude-opus-5', ALL, '1000×5 + 20000×0.5 + 400×6.25 + 300×10 + 500×25', 33_000_000),
  bill('Sonnet 5', 'claude-sonnet-5', ALL, '1000×2 + 20000×0.2 + 400×2.5 + 300×4 + 500×10', 13_200_000),
  bill('Opus 4.8', 'claude-opus-4-8', ALL, '1000×5 + 20000×0.5 + 400×6.25 + 300×10 + 500×25', 33_000_000),
  bill('Opus 4.7', 'claude-opus-4-7', ALL, '1000×5 + 20000×0.5 + 400×6.25 + 300×10 + 500×25', 33_000_000),
  bill('Opus 4.6', 'claude-opus-4-6', ALL, '1000×5 + 20000×0.5 + 400×6.25 + 300×10 + 500×25', 33_000_000),
  bill('Sonnet 4.6', 'claude-sonnet-4-6', ALL, '1000×3 + 20000×0.3 + 400×3.75 + 300×6 + 500×15', 19_800_000),
  bill('Opus 4.5', 'claude-opus-4-5', ALL, '1000×5 + 20000×0.5 + 400×6.25 + 300×10 + 500×25', 33_000_000),
  bill('Haiku 4.5', 'claude-haiku-4-5', ALL, '1000×1 + 20000×0.1 + 400×1.25 + 300×2 + 500×5', 6_600_000),
  bill('Sonnet 4.5', 'claude-sonnet-4-5', ALL, '1000×3 + 20000×0.3 + 400×3.75 + 300×6 + 500×15', 19_800_000),
  bill('Opus 4.1', 'claude-opus-4-1', ALL, '1000×15 + 20000×1.5 + 400×18.75 + 300×30 + 500×75', 99_000_000),
  bill('Opus 4', 'claude-opus-4-20250514', ALL, '1000×15 + 20000×1.5 + 400×18.75 + 300×30 + 500×75', 99_000_000),
  bill('Sonnet 4', 'claude-sonnet-4-20250514', ALL, '1000×3 + 20000×0.3 + 400×3.75 + 300×6 + 500×15', 19_800_000),
  bill('Haiku 3.5', 'claude-3-5-haiku-20241022', ALL, '1000×0.8 + 20000×0.08 + 400×1 + 300×1.6 + 500×4', 5_280_000),
];

const KINDS = [
  bill('one token of input', 'claude-opus-5-5', tokens(1), '1×4', 4_000),
  bill('one token read at 0.05 of the input', 'claude-opus-5-5', tokens(0, 1), '1×0.2', 200),
  bill('one token read at 0.1 of the input', 'claude-opus-5', tokens(0, 1), '1×0.5', 500),
  bill('one token read at 0.025 of the input', 'claude-fable-5-1', tokens(0, 1), '1×0.25', 250),
  bill('one token written for 5 minutes', 'claude-opus-5-5', tokens(0, 0, 1), '1×5', 5_000),
  bill('one token written for an hour', 'claude-opus-5-5', tokens(0, 0, 0, 1), '1×8', 8_000),
  bill('one token of output', 'claude-opus-5-5', tokens(0, 0, 0, 0, 1), '1×20', 20_000),
  bill(
    'thinking, which is in the output already',
    'claude-opus-5-5',
    { outputTokens: 500, thinkingTokens: 400 },
    '500×20',
    10_000_000,
  ),
  bill('nothing', 'claude-opus-5-5', {}, '0', 0),
];

const IDS = [
  bill('a dated id', 'claude-haiku-4-5-20251001', tokens(7), '7×1', 7_000),
  bill('a date that no row names', 'claude-opus-5-5-20260922', tokens(7), '7×4', 28_000),
  bill('an id of Amazon Bedrock', 'us.anthropic.claude-haiku-4-5-20251001-v1:0', tokens(7), '7×1', 7_000),
  bill('an id of Google Cloud', 'claude-opus-4-5@20251101', tokens(7), '7×5', 35_000),
];

const LENGTHS = [
  bill('a prompt of 100,000', 'claude-haiku-5-5', tokens(100_000, 0, 0, 0, 1_000), '100000×0.1 + 1000×0.5', 10_500_000),
  bill('a prompt of 100,001', 'claude-haiku-5-5', tokens(100_001, 0, 0, 0, 1_000), '100001×0.5 + 1000×2.5', 52_500_500),
  bill(
    'a prompt of 100,000 of all kinds',
    'claude-haiku-5-5',
    tokens(40_000, 50_000, 6_000, 4_000, 1_000),
    '40000×0.1 + 50000×0.01 + 6000×0.125 + 4000×0.2 + 1000×0.5',
    6_550_000,
  ),
  bill(
    'one read more',
    'claude-haiku-5-5',
    tokens(40_000, 50_001, 6_000, 4_000, 1_000),
    '40000×0.5 + 50001×0.05 + 6000×0.625 + 4000×1 + 1000×2.5',
    32_750_050,
  ),
  bill(
    'one 5 minute write more',
    'claude-haiku-5-5',
    tokens(40_000, 50_000, 6_001, 4_000, 1_000),
    '40000×0.5 + 50000×0.05 + 6001×0.625 + 4000×1 + 1000×2.5',
    32_750_625,
  ),
  bill(
    'one hour write more',
    'claude-haiku-5-5',
    tokens(40_000, 50_000, 6_000, 4_001, 1_000),
    '40000×0.5 + 50000×0.05 + 6000×0.625 + 4001×1 + 1000×2.5',
    32_751_000,
  ),
  bill(
    'much output, which is no prompt',
    'claude-haiku-5-5',
    tokens(100_000, 0, 0, 0, 90_000),
    '100000×0.1 + 90000×0.5',
    55_000_000,
  ),
  bill('no longer prompt costs more', 'claude-opus-5-5', tokens(900_000), '900000×4', 3_600_000_000),
  bill('a prompt of 200,000', 'claude-sonnet-4-5', tokens(200_000, 0, 0, 0, 10), '200000×3 + 10×15', 600_150_000),
  bill('a prompt of 200,001', 'claude-sonnet-4-5', tokens(200_001, 0, 0, 0, 10), '200001×6 + 10×22.5', 1_200_231_000),
  bill(
    'the last day of the long-context beta',
    'claude-opus-4-6',
    tokens(1, 200_000, 0, 0, 10),
    '1×10 + 200000×1 + 10×37.5',
    200_385_000,
    { on: '2026-03-12' },
  ),
  bill(
    'the first day without it',
    'claude-opus-4-6',
    tokens(1, 200_000, 0, 0, 10),
    '1×5 + 200000×0.5 + 10×25',
    100_255_000,
    { on: '2026-03-13' },
  ),
  bill('Sonnet 4.6 in it', 'claude-sonnet-4-6', tokens(200_001), '200001×6', 1_200_006_000, { on: '2026-03-12' }),
];

const DATES = [
  bill('the last moment before', 'claude-sonnet-5-5', tokens(0, 30_000), '30000×0.2', 6_000_000, {
    on: '2026-10-06T23:59:59.999Z',
  }),
  bill('the first moment of', 'claude-sonnet-5-5', tokens(0, 30_000), '30000×0.1', 3_000_000, {
    on: '2026-10-07T00:00:00.000Z',
  }),
  bill('before there was a price', 'claude-sonnet-5-5', tokens(0, 30_000), '30000×0.2', 6_000_000, {
    on: '2026-01-01',
  }),
];

const FAST = { speed: 'fast' } as const;

const SPEEDS = [
  bill('Opus 5.5', 'claude-opus-5-5', { ...ALL, ...FAST }, '1000×8 + 20000×0.4 + 400×10 + 300×16 + 500×40', 44_800_000),
  bill('Opus 5', 'claude-opus-5', { ...ALL, ...FAST }, '1000×10 + 20000×1 + 400×12.5 + 300×20 + 500×50', 66_000_000),
  bill(
    'Fable 5.2',
    'claude-fable-5-2',
    { ...ALL, ...FAST },
    '1000×16 + 20000×0.4 + 400×20 + 300×32 + 500×80',
    81_600_000,
  ),
  bill('Opus 4.8, last', 'claude-opus-4-8', { ...tokens(9), ...FAST }, '9×10', 90_000, {
    on: '2026-11-30T23:59:59.999Z',
  }),
  bill('Opus 4.8, ended', 'claude-opus-4-8', { ...tokens(9), ...FAST }, '9×5', 45_000, {
    on: '2026-12-01',
    unpriced: [{ reason: 'fast', model: 'claude-opus-4-8' }],
  }),
  bill('without a fast price', 'claude-sonnet-5', { ...tokens(9), ...FAST }, '9×2', 18_000, {
    unpriced: [{ reason: 'fast', model: 'claude-sonnet-5' }],
  }),
  bill('not granted', 'claude-opus-5-5', { ...tokens(9), speed: 'standard' }, '9×4', 36_000),
];

const REGIONS = [
  bill(
    'in the US',
    'claude-opus-5-5',
    { ...ALL, inferenceGeo: 'us' },
    '1000×4.4 + 20000×0.22 + 400×5.5 + 300×8.8 + 500×22',
    24_640_000,
  ),
  bill('global', 'claude-opus-5-5', { ...tokens(9), inferenceGeo: 'global' }, '9×4', 36_000),
  bill('not available', 'claude-opus-5-5', { ...tokens(9), inferenceGeo: 'not_available' }, '9×4', 36_000),
  bill('one of no known price', 'claude-opus-5-5', { ...tokens(9), inferenceGeo: 'eu' }, '9×4', 36_000, {
    unpriced: [{ reason: 'inference-geo', model: 'claude-opus-5-5' }],
  }),
  bill('an older model', 'claude-haiku-4-5', { ...tokens(9), inferenceGeo: 'us' }, '9×1', 9_000, {
    unpriced: [{ reason: 'inference-geo', model: 'claude-haiku-4-5' }],
  }),
  bill('fast', 'claude-opus-5-5', { ...tokens(9, 10), ...FAST, inferenceGeo: 'us' }, '9×8.8 + 10×0.44', 83_600),
];

const BATCH = { serviceTier: 'batch' } as const;

const TIERS = [
  bill('a batch', 'claude-opus-5-5', { ...ALL, ...BATCH }, '1000×2 + 20000×0.1 + 400×2.5 + 300×4 + 500×10', 11_200_000),
  bill(
    'a batch in the US',
    'claude-opus-5-5',
    { ...ALL, ...BATCH, inferenceGeo: 'us' },
    '1000×2.2 + 20000×0.11 + 400×2.75 + 300×4.4 + 500×11',
    12_320_000,
  ),
  bill(
    'a batch with a long prompt in the US',
    'claude-haiku-5-5',
    { ...tokens(1, 100_000, 0, 0, 10), ...BATCH, inferenceGeo: 'us' },
    '1×0.275 + 100000×0.0275 + 10×1.375',
    2_764_025,
  ),
  bill('the priority tier', 'claude-opus-5-5', { ...tokens(9), serviceTier: 'priority' }, '9×4', 36_000, {
    unpriced: [{ reason: 'priority-tier', model: 'claude-opus-5-5' }],
  }),
  bill('the standard tier', 'claude-opus-5-5', { ...tokens(9), serviceTier: 'standard' }, '9×4', 36_000),
];

const SEARCHES = [
  bill('three', 'claude-opus-5-5', { ...tokens(9), webSearchRequests: 3 }, '9×4 + 3×10000', 30_036_000),
  bill('a batch', 'claude-opus-5-5', { ...tokens(9), ...BATCH, webSearchRequests: 3 }, '9×2 + 3×10000', 30_018_000),
  bill(
    'the US',
    'claude-opus-5-5',
    { ...tokens(10), inferenceGeo: 'us', webSearchRequests: 1 },
    '10×4.4 + 1×10000',
    10_044_000,
  ),
  bill('fetches, which cost their tokens', 'claude-opus-5-5', { ...tokens(9), webFetchRequests: 5 }, '9×4', 36_000),
];

const compaction = iteration('compaction', null, tokens(180_000, 0, 0, 0, 3_500));
const advisor = iteration('advisor_message', 'claude-opus-5-5', tokens(900, 100, 0, 0, 200));

const ITERATIONS = [
  bill(
    'compaction',
    'claude-sonnet-5-5',
    { ...tokens(23_000, 0, 0, 0, 1_000), iterations: [compaction] },
    '23000×2 + 1000×10 + 180000×2 + 3500×10',
    451_000_000,
  ),
  bill(
    'a compaction with a long prompt before a short one',
    'claude-haiku-5-5',
    { ...tokens(23_000, 0, 0, 0, 1_000), iterations: [compaction] },
    '23000×0.1 + 1000×0.5 + 180000×0.5 + 3500×2.5',
    101_550_000,
  ),
  bill(
    'a long prompt after a short compaction',
    'claude-haiku-5-5',
    { ...tokens(100_001), iterations: [iteration('compaction', null, tokens(100_000))] },
    '100001×0.5 + 100000×0.1',
    60_000_500,
  ),
  bill(
    'an advisor',
    'claude-haiku-5-5',
    { ...tokens(1_000, 0, 0, 0, 100), iterations: [advisor] },
    '1000×0.1 + 100×0.5 + 900×4 + 100×0.2 + 200×20',
    7_770_000,
  ),
  bill(
    'an advisor of a batch in the US',
    'claude-haiku-5-5',
    { ...tokens(1_000), ...BATCH, inferenceGeo: 'us', iterations: [advisor] },
    '1000×0.055 + 900×2.2 + 100×0.11 + 200×11',
    4_246_000,
  ),
  bill(
    'fast mode, which is the own model’s',
    'claude-opus-5',
    { ...tokens(10), ...FAST, iterations: [iteration('compaction', null, tokens(10)), advisor] },
    '10×10 + 10×10 + 900×4 + 100×0.2 + 200×20',
    7_820_000,
  ),
  bill(
    'an advisor nobody knows',
    'claude-opus-5-5',
    { ...tokens(9), iterations: [iteration('advisor_message', 'claude-mythos-preview', tokens(9))] },
    '9×4',
    36_000,
    { unpriced: [{ reason: 'model', model: 'claude-mythos-preview' }] },
  ),
];

const refused = iteration('message', 'claude-fable-5-1', tokens(1_000, 0, 0, 0, 50));
const retried = iteration('fallback_message', 'claude-opus-5-5', tokens(1_000, 0, 0, 0, 400));
const BOTH = tokens(2_000, 0, 0, 0, 450);

const FALLBACKS = [
  bill(
    'each model at its own prices',
    'claude-fable-5-1',
    { ...BOTH, hops: [refused, retried] },
    '1000×10 + 50×50 + 1000×4 + 400×20',
    24_500_000,
  ),
  bill(
    'searches beside them',
    'claude-fable-5-1',
    { ...BOTH, hops: [refused, retried], webSearchRequests: 2 },
    '1000×10 + 50×50 + 1000×4 + 400×20 + 2×10000',
    44_500_000,
  ),
  bill(
    'fast mode of the model that was asked',
    'claude-fable-5-2',
    { ...BOTH, ...FAST, hops: [iteration('message', 'claude-fable-5-2', tokens(1_000)), retried] },
    '1000×16 + 1000×4 + 400×20',
    28_000_000,
  ),
  bill('parts that nobody tells', 'claude-fable-5-1', { ...BOTH, hops: null }, '2000×10 + 450×50', 42_500_000, {
    unpriced: [{ reason: 'fallback', model: 'claude-fable-5-1' }],
  }),
  bill(
    'a credit',
    'claude-fable-5-1',
    { ...BOTH, hops: [refused, retried], fallbackCredit: 'redeemed' },
    '1000×10 + 50×50 + 1000×4 + 400×20',
    24_500_000,
    { unpriced: [{ reason: 'fallback-credit', model: 'claude-fable-5-1' }] },
  ),
  bill(
    'a credit that was not applied',
    'claude-fable-5-1',
    { ...BOTH, hops: [refused, retried], fallbackCredit: 'not_applied' },
    '1000×10 + 50×50 + 1000×4 + 400×20',
    24_500_000,
  ),
];

const UNKNOWN = [
  bill('left out', 'claude-mythos-preview', { ...tokens(9), webSearchRequests: 1 }, '1×10000', 10_000_000, {
    unpriced: [{ reason: 'model', model: 'claude-mythos-preview' }],
  }),
  bill('left out where calls are refused', 'claude-next', tokens(9), '0', 0, {
    options: { unknownModel: 'refuse' },
    unpriced: [{ reason: 'model', model: 'claude-next' }],
  }),
  bill('the dearest', 'claude-next', ALL, '1000×15 + 20000×1.5 + 400×18.75 + 300×30 + 500×75', 99_000_000, {
    options: { unknownModel: 'dearest-known' },
    unpriced: [{ reason: 'model', model: 'claude-next' }],
  }),
  bill('the dearest, fast', 'claude-next', { ...tokens(9, 0, 0, 0, 10), ...FAST }, '9×16 + 10×80', 944_000, {
    options: { unknownModel: 'dearest-known' },
    unpriced: [{ reason: 'model', model: 'claude-next' }],
  }),
];

const own = {
  models: ['claude-opus-4-5', 'acme-tuned'],
  effectiveFrom: '2026-11-01',
  effectiveUntil: '2026-11-30',
  usdPerMillionTokens: { input: 1, cacheWrite5m: 2, cacheWrite1h: 3, cacheRead: 0.5, output: 4 },
  batchMultiplier: 0.25,
  inferenceGeo: { eu: 1.2 },
} as const;

const OPTIONS = [
  bill('a discount', 'claude-opus-5-5', ALL, '1000×3.4 + 20000×0.17 + 400×4.25 + 300×6.8 + 500×17', 19_040_000, {
    options: { discount: 0.15 },
  }),
  bill('a discount on searches', 'claude-opus-5-5', { webSearchRequests: 2 }, '2×8500', 17_000_000, {
    options: { discount: 0.15 },
  }),
  bill(
    'a discount on a batch in the US',
    'claude-opus-5',
    { ...tokens(8), ...BATCH, inferenceGeo: 'us' },
    '8×2.475',
    19_800,
    {
      options: { discount: 0.1 },
    },
  ),
  bill('a row of one’s own', 'acme-tuned', tokens(1, 1, 1, 1, 1), '1 + 0.5 + 2 + 3 + 4', 10_500, {
    options: { rows: [own] },
  }),
  bill('its batches', 'acme-tuned', { ...tokens(4), ...BATCH }, '4×0.25', 1_000, { options: { rows: [own] } }),
  bill('its regions', 'acme-tuned', { ...tokens(5), inferenceGeo: 'eu' }, '5×1.2', 6_000, { options: { rows: [own] } }),
  bill('another id of its model', 'claude-opus-4-5-20251101', tokens(7), '7×1', 7_000, { options: { rows: [own] } }),
  bill('the day before it', 'claude-opus-4-5', tokens(7), '7×5', 35_000, {
    options: { rows: [own] },
    on: '2026-10-31',
  }),
  bill('the last of its days', 'claude-opus-4-5', tokens(7), '7×1', 7_000, {
    options: { rows: [own] },
    on: '2026-11-30T23:59:59.999Z',
  }),
  bill('the day after it', 'claude-opus-4-5', tokens(7), '7×5', 35_000, { options: { rows: [own] }, on: '2026-12-01' }),
  bill('a price of searches', 'claude-opus-5-5', { webSearchRequests: 2 }, '2×5000', 10_000_000, {
    options: { webSearchUsd: 0.005 },
  }),
];

/** A batch of Haiku 5.5 in the US: 0.0055 dollars for a million reads, 0.06875 for 5 minute writes. */
const FINE = { ...BATCH, inferenceGeo: 'us' } as const;

const ROUNDING = [
  bill('5.5 to 6', 'claude-haiku-5-5', { ...tokens(0, 1), ...FINE }, '1×0.0055', 6),
  bill('16.5 to 16', 'claude-haiku-5-5', { ...tokens(0, 3), ...FINE }, '3×0.0055', 16),
  bill('68.75 to 69', 'claude-haiku-5-5', { ...tokens(0, 0, 1), ...FINE }, '1×0.06875', 69),
  bill('206.25 to 206', 'claude-haiku-5-5', { ...tokens(0, 0, 3), ...FINE }, '3×0.06875', 206),
  bill('5.5 + 68.75 once, not twice', 'claude-haiku-5-5', { ...tokens(0, 1, 1), ...FINE }, '1×0.0055 + 1×0.06875', 74),
];

/** All of them, by what they show. */
export const HAND_BILLS: Readonly<Record<string, readonly HandBill[]>> = {
  'the prices of each model': CARDS,
  'each kind of tokens': KINDS,
  'ids of models': IDS,
  'the length of the prompt': LENGTHS,
  'prices by date': DATES,
  'fast mode': SPEEDS,
  regions: REGIONS,
  'service tiers': TIERS,
  'web searches': SEARCHES,
  iterations: ITERATIONS,
  'fallbacks of the API': FALLBACKS,
  'models without a price': UNKNOWN,
  'prices of one’s own': OPTIONS,
  'rounding, in nano-dollars': ROUNDING,
};
