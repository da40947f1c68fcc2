import { pricing, pricingContradictions } from '../../config/schema/cost-prices.schema.js';
import { schemaProblems } from '../../config/schema-problems.js';
import { priceList } from '../../config/schema/cost-prices.schema.js';
import { PRICE_LIST } from './price-list.data.js';

const usd = { input: 1, cacheWrite5m: 1.25, cacheWrite1h: 2, cacheRead: 0.1, output: 5 };
const row = { models: ['acme'], effectiveFrom: '2026-01-01', usdPerMillionTokens: usd };
const rowWith = (more: object): object => ({ rows: [{ ...row, ...more }] });

describe('options of prices', () => {
  it('may be all there are', () => {
    const whole = {
      ...row,
      effectiveUntil: '2026-01-01',
      abovePromptTokens: { promptTokens: 100_000, usdPerMillionTokens: usd },
      fast: { input: 2, output: 10 },
      batchMultiplier: 0.4,
      inferenceGeo: { us: 1.1 },
      note: 'our contract',
    };
    const provider = { version: 'mine', priceOf: () => null };
    const options = { file: 'a.json', filePollMs: 1, rows: [whole], webSearchUsd: 0, discount: 0, provider };
    expect(schemaProblems(pricing, { ...options, unknownModel: 'refuse' })).toEqual([]);
    expect(pricingContradictions('cost.pricing', { ...options, rows: [row], unknownModel: 'refuse' })).toEqual([]);
  });

  const PRICE = 'must be a price in US dollars from 0 to 100000, not';

  it.each([
    [{ row }, '`row` is no option: remove it or correct its spelling.'],
    [{ rows: row }, '`rows` must be a list of price rows, not an object.'],
    [{ rows: [5] }, '`rows[0]` must be an object, not a number out of range.'],
    [rowWith({ models: [] }), '`rows[0].models` must be a list of at least one model id, each once, not an array.'],
    [
      rowWith({ models: ['a', 'a'] }),
      '`rows[0].models` must be a list of at least one model id, each once, not an array.',
    ],
    [rowWith({ models: [''] }), '`rows[0].models` must be a list of at least one model id, each once, not an array.'],
    [
      rowWith({ effectiveFrom: undefined }),
      '`rows[0].effectiveFrom` must be a date, written YYYY-MM-DD, not undefined.',
    ],
    [
      rowWith({ effectiveFrom: '2026-02-30' }),
      '`rows[0].effectiveFrom` must be a date, written YYYY-MM-DD, not a string.',
    ],
    [
      rowWith({ effectiveFrom: '1 May 2026' }),
      '`rows[0].effectiveFrom` must be a date, written YYYY-MM-DD, not a string.',
    ],
    [rowWith({ effectiveUntil: 2026 }), '`rows[0].effectiveUntil` must be a date, written YYYY-MM-DD, not a number'],
    [rowWith({ usdPerMillionTokens: undefined }), '`rows[0].usdPerMillionTokens` must be an object, not undefined.'],
    [
      rowWith({ usdPerMillionTokens: { ...usd, input: -1 } }),
      `\`rows[0].usdPerMillionTokens.input\` ${PRICE} a number out`,
    ],
    [rowWith({ usdPerMillionTokens: { ...usd, output: NaN } }), `\`rows[0].usdPerMillionTokens.output\` ${PRICE} NaN.`],
    [
      rowWith({ usdPerMillionTokens: { ...usd, cacheRead: '1' } }),
      `\`rows[0].usdPerMillionTokens.cacheRead\` ${PRICE} a string.`,
    ],
    [
      rowWith({ usdPerMillionTokens: { ...usd, cacheWrite1h: Infinity } }),
      `\`rows[0].usdPerMillionTokens.cacheWrite1h\` ${PRICE}`,
    ],
    [
      rowWith({ usdPerMillionTokens: { input: 1, output: 1 } }),
      `\`rows[0].usdPerMillionTokens.cacheRead\` ${PRICE} undefined.`,
    ],
    [
      rowWith({ abovePromptTokens: { promptTokens: 0.5, usdPerMillionTokens: usd } }),
      '`rows[0].abovePromptTokens.promptTokens` must be a whole number from 1 to 1000000000, not a number out of range.',
    ],
    [rowWith({ fast: { input: 1 } }), `\`rows[0].fast.output\` ${PRICE} undefined.`],
    [
      rowWith({ batchMultiplier: -0.5 }),
      '`rows[0].batchMultiplier` must be a factor above 0 and up to 100, not a number',
    ],
    [
      rowWith({ inferenceGeo: { us: NaN } }),
      '`rows[0].inferenceGeo.us` must be a factor above 0 and up to 100, not NaN.',
    ],
    [
      rowWith({ inferenceGeo: 1.1 }),
      '`rows[0].inferenceGeo` must be an object whose keys are regions and whose values are',
    ],
    [rowWith({ price: 1 }), '`rows[0].price` is no option of `rows[0]`: remove it or correct its spelling.'],
    [{ webSearchUsd: -0.01 }, `\`webSearchUsd\` ${PRICE} a number out of range.`],
    [{ discount: 1 }, '`discount` must be a share of at least 0 and below 1, not a number out of range.'],
    [{ discount: NaN }, '`discount` must be a share of at least 0 and below 1, not NaN.'],
    [{ file: '' }, '`file` must be a non-empty string, not an empty string.'],
    [{ filePollMs: 0 }, '`filePollMs` must be a number of milliseconds above 0 and up to 2147483647, not a number'],
    [{ provider: () => null }, '`provider` must be an object with a `version` and a method `priceOf`, not a function.'],
    [{ unknownModel: 'guess' }, "`unknownModel` must be 'allow-unpriced', 'dearest-known' or 'refuse', not a string."],
  ])('%j are refused by path', (options, problem) => {
    expect(schemaProblems(pricing, options).join('\n')).toContain(problem);
  });

  it.each([
    [
      { rows: [row, { ...row, models: ['other', 'acme'] }] },
      '`cost.pricing.rows[1]` and `cost.pricing.rows[0]` both price acme from 2026-01-01: keep one of them.',
    ],
    [
      { rows: [{ ...row, effectiveUntil: '2025-12-31' }] },
      '`cost.pricing.rows[0].effectiveUntil` is before `cost.pricing.rows[0].effectiveFrom`: the row would never hold. Correct one of them.',
    ],
    [
      { filePollMs: 5 },
      '`cost.pricing.filePollMs` would do nothing without `cost.pricing.file`: name a file, or remove it.',
    ],
  ])('%j contradict themselves', (options, problem) => {
    expect(pricingContradictions('cost.pricing', options)).toEqual([problem]);
  });

  it('take the same model from another day on', () => {
    const rows = [row, { ...row, effectiveFrom: '2026-02-01' }];
    expect(pricingContradictions('cost.pricing', { rows })).toEqual([]);
  });
});

describe('the built-in list', () => {
  it('is one that a price file could hold', () => {
    const copy = JSON.parse(JSON.stringify(PRICE_LIST)) as unknown;
    expect(schemaProblems(priceList, copy)).toEqual([]);
    expect(pricingContradictions('list', { rows: PRICE_LIST.rows })).toEqual([]);
  });
});
