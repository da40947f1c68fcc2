import type { ModelPrice, PricingProvider } from './model-price.js';
import { PriceBook, type PriceSources } from './price-book.js';
import { PRICE_LIST } from './price-list.data.js';
import type { PriceRow } from './price-row.js';

const NOW_MS = Date.UTC(2026, 10, 23);
const bookOf = (sources: Partial<PriceSources> = {}): PriceBook => new PriceBook({ base: PRICE_LIST, ...sources });
const inputOf = (book: PriceBook, model: string, atMs = NOW_MS): number | undefined =>
  book.priceOf(model, atMs)?.standard.input;

function row(
  models: readonly string[],
  input: number,
  effectiveFrom = '2026-01-01',
  more: Partial<PriceRow> = {},
): PriceRow {
  const usdPerMillionTokens = { input, cacheWrite5m: input, cacheWrite1h: input, cacheRead: input, output: input };
  return { models, effectiveFrom, usdPerMillionTokens, ...more };
}

function price(input: number): ModelPrice {
  return {
    standard: { input, cacheRead: input, cacheWrite5m: input, cacheWrite1h: input, output: input },
    longPrompt: null,
    fast: null,
    batchMultiplier: 0.5,
    inferenceGeo: new Map(),
  };
}

describe('the price of a model', () => {
  it('is never that of another one whose id begins alike', () => {
    const book = bookOf();
    const strangers = ['claude-sonnet-5-7', 'claude-opus-5-5-turbo', 'claude-opus', 'claude-opus-5-', 'xclaude-opus-5'];
    expect(strangers.map((model) => book.priceOf(model, NOW_MS))).toEqual(strangers.map(() => null));
  });

  it('is not known for a preview that has none published', () => {
    expect(bookOf().priceOf('claude-mythos-preview', NOW_MS)).toBeNull();
  });

  it.each(['constructor', '__proto__', '', 'toString'])('is not known for %j', (model) => {
    expect(bookOf().priceOf(model, NOW_MS)).toBeNull();
  });

  it.each([
    ['claude-opus-5-5', 4_000_000],
    ['claude-opus-5-5-20260922', 4_000_000],
    ['anthropic.claude-opus-5-5', 4_000_000],
    ['eu.anthropic.claude-sonnet-4-5-20250929-v1:0', 3_000_000],
    ['claude-opus-4@20250514', 15_000_000],
    ['claude-haiku-4-5@default', 1_000_000],
  ])('is found for %s', (model, picoUsd) => {
    const book = bookOf();
    expect([inputOf(book, model), inputOf(book, model)]).toEqual([picoUsd, picoUsd]);
  });

  it('is found in a book that was asked for ten thousand others', () => {
    const book = bookOf();
    for (let n = 0; n < 10_000; n += 1) book.priceOf(`no-such-model-${n}`, NOW_MS);
    expect(inputOf(book, 'claude-opus-5-5-20260922')).toBe(4_000_000);
  });

  it('is the same object for all ids of a model, so that they can be told to be one', () => {
    const book = bookOf();
    expect(book.priceOf('claude-opus-4-5', NOW_MS)).toBe(book.priceOf('claude-opus-4-5-20251101', NOW_MS));
  });

  it('is not known once the last row has ended', () => {
    const book = bookOf({ rows: [row(['acme'], 1, '2026-01-01', { effectiveUntil: '2026-01-31' })] });
    const moments = ['2025-01-01', '2026-01-31T23:59:59.999Z', '2026-02-01'].map((on) => Date.parse(on));
    expect(moments.map((atMs) => inputOf(book, 'acme', atMs))).toEqual([1_000_000, 1_000_000, undefined]);
  });
});

describe('rows of one’s own', () => {
  it('go before those of a file, which go before the built-in ones', () => {
    const file = { version: 'f', asOf: '2026-01-01', rows: [row(['claude-opus-5'], 2), row(['claude-opus-5-5'], 2)] };
    const book = bookOf({ file, rows: [row(['claude-opus-5'], 1)] });
    const models = ['claude-opus-5', 'claude-opus-5-5', 'claude-sonnet-5-5'];
    expect(models.map((model) => inputOf(book, model))).toEqual([1_000_000, 2_000_000, 2_000_000]);
    expect(inputOf(bookOf({ file }), 'claude-opus-5')).toBe(2_000_000);
  });

  it('hold for another id of the model unless one names that id itself', () => {
    const [alias, dated] = ['claude-haiku-4-5', 'claude-haiku-4-5-20251001'];
    const both = bookOf({ rows: [row([alias], 7), row([dated], 9)] });
    expect([alias, dated].map((model) => inputOf(both, model))).toEqual([7_000_000, 9_000_000]);
    expect(inputOf(bookOf({ rows: [row([dated], 9)] }), alias)).toBe(9_000_000);
  });

  it('may price the spelling of another platform by itself', () => {
    const bedrock = 'eu.anthropic.claude-opus-5-5';
    const book = bookOf({ rows: [row([bedrock], 4.4)] });
    expect([bedrock, 'claude-opus-5-5'].map((model) => inputOf(book, model))).toEqual([4_400_000, 4_000_000]);
  });

  it('follow one another by date in whatever order they are written', () => {
    const book = bookOf({ rows: [row(['acme'], 2, '2026-11-01'), row(['acme'], 3, '2026-12-01'), row(['acme'], 1)] });
    const dates = ['2026-10-31', '2026-11-01', '2026-11-30', '2026-12-01'].map((on) => Date.parse(on));
    expect(dates.map((atMs) => inputOf(book, 'acme', atMs))).toEqual([1_000_000, 2_000_000, 2_000_000, 3_000_000]);
  });

  it('may be fast at prices that those of the cache follow', () => {
    const fast = row(['acme'], 2, '2026-01-01', { fast: { input: 5, output: 7 } });
    expect(bookOf({ rows: [fast] }).priceOf('acme', NOW_MS)?.fast).toEqual({
      input: 5_000_000,
      cacheRead: 5_000_000,
      cacheWrite5m: 5_000_000,
      cacheWrite1h: 5_000_000,
      output: 7_000_000,
    });
  });
});

describe('the version of prices', () => {
  const rows = [row(['acme'], 1)];

  it('is that of the list, and names every change to it', () => {
    const file = { version: 'acme-3', asOf: '2026-01-01', rows };
    expect(bookOf().version).toBe('2026-11-23');
    expect(bookOf({ discount: 0, rows: [] }).version).toBe('2026-11-23');
    expect(bookOf({ rows }).version).toMatch(/^2026-11-23\+custom\.[0-9a-f]{8}$/);
    expect(bookOf({ file, rows }).version).toMatch(/^2026-11-23\+acme-3\.[0-9a-f]{8}\+custom\.[0-9a-f]{8}$/);
  });

  it('is the same for the same changes, and another for others', () => {
    const [first] = rows as [PriceRow];
    const turned = Object.fromEntries(Object.entries(first).toReversed()) as unknown as PriceRow;
    const versions = [{ rows }, { rows: [turned] }, { rows: [row(['acme'], 2)] }, { rows, discount: 0.1 }];
    const [a, b, c, d] = versions.map((sources) => bookOf(sources).version);
    expect(b).toBe(a);
    expect(new Set([a, c, d]).size).toBe(3);
  });

  it('names the data of a provider, as that changes', () => {
    let version = 'data.1';
    const book = bookOf({
      provider: {
        priceOf: () => null,
        get version() {
          return version;
        },
      },
    });
    const before = book.version;
    version = 'data.2';
    expect([before, book.version]).toEqual(['2026-11-23+data.1', '2026-11-23+data.2']);
  });
});

describe('a provider of prices', () => {
  const providing = (priceOf: PricingProvider['priceOf'], discount = 0): PriceBook =>
    bookOf({ provider: { version: 'mine', priceOf }, discount });

  it('is asked for models that no row names, and for no others', () => {
    const asked: string[] = [];
    const book = providing((model) => {
      asked.push(model);
      return price(9);
    });
    expect([inputOf(book, 'acme'), inputOf(book, 'claude-opus-5-5')]).toEqual([9, 4_000_000]);
    expect(asked).toEqual(['acme']);
  });

  it('is discounted as all else, once', () => {
    const same = price(1_000);
    const book = providing(() => same, 0.25);
    expect([inputOf(book, 'acme'), inputOf(book, 'acme')]).toEqual([750, 750]);
  });

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('no prices today');
      },
    ],
    ['has a price below 0', () => price(-1)],
    ['has a price that is NaN', () => price(NaN)],
    ['has a fraction of a pico-dollar', () => price(0.5)],
    ['has a factor below 0', () => ({ ...price(1), batchMultiplier: -1 })],
    ['has a region that is NaN', () => ({ ...price(1), inferenceGeo: new Map([['us', NaN]]) })],
    ['has no prices in its answer', () => ({}) as ModelPrice],
  ])('that %s knows no price', (_what, priceOf) => {
    expect(providing(priceOf).priceOf('acme', NOW_MS)).toBeNull();
  });
});

describe('the dearest known price', () => {
  it('is no less than that of any model, of each kind', () => {
    const book = bookOf({ rows: [row(['acme'], 0.1, '2026-01-01', { inferenceGeo: { us: 3, eu: 1.2 } })] });
    expect(book.dearest(NOW_MS)).toEqual({
      standard: {
        input: 15_000_000,
        cacheRead: 1_500_000,
        cacheWrite5m: 18_750_000,
        cacheWrite1h: 30_000_000,
        output: 75_000_000,
      },
      longPrompt: null,
      fast: {
        input: 16_000_000,
        cacheRead: 1_500_000,
        cacheWrite5m: 20_000_000,
        cacheWrite1h: 32_000_000,
        output: 80_000_000,
      },
      batchMultiplier: 0.5,
      inferenceGeo: new Map([
        ['us', 3],
        ['eu', 1.2],
      ]),
    });
  });

  it('changes with the day', () => {
    const book = bookOf({ rows: [row(['claude-opus-5'], 100, '2026-11-01', { effectiveUntil: '2026-11-23' })] });
    const dates = ['2026-10-31', '2026-11-01', '2026-11-24'].map((on) => book.dearest(Date.parse(on))?.standard.input);
    expect(dates).toEqual([15_000_000, 100_000_000, 15_000_000]);
  });
});
