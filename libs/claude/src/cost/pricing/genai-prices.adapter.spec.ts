import * as genai from '@pydantic/genai-prices';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import { genaiPrices, type GenaiModel, type GenaiPricesModule } from './genai-prices.adapter.js';
import { Prices } from './prices.js';
import { tokens, used } from './spec-support/usage.js';

const NOW_MS = Date.UTC(2026, 10, 23);
const provider = genaiPrices(genai);

const moduleOf = (...models: readonly GenaiModel[]): GenaiPricesModule => ({ findProvider: () => ({ models }) });
const SIMPLE = { input_mtok: 1, output_mtok: 2 };

describe('prices of genai-prices', () => {
  it('are those of the package', () => {
    expect(provider.priceOf('claude-opus-5', NOW_MS)).toEqual({
      standard: {
        input: 5_000_000,
        cacheRead: 500_000,
        cacheWrite5m: 6_250_000,
        cacheWrite1h: 10_000_000,
        output: 25_000_000,
      },
      longPrompt: null,
      fast: null,
      batchMultiplier: 0.5,
      inferenceGeo: new Map(),
    });
  });

  it('change with the day, and with the length of the prompt', () => {
    const before = provider.priceOf('claude-opus-4-6', Date.UTC(2026, 2, 12));
    expect(before?.longPrompt).toEqual({
      promptTokens: 200_000,
      prices: {
        input: 10_000_000,
        cacheRead: 1_000_000,
        cacheWrite5m: 12_500_000,
        cacheWrite1h: 20_000_000,
        output: 37_500_000,
      },
    });
    expect(provider.priceOf('claude-opus-4-6', Date.UTC(2026, 2, 13))?.longPrompt).toBeNull();
  });

  it.each(['claude-3-7-sonnet-20250219', 'claude-3-7-sonnet', 'anthropic.claude-3-7-sonnet-20250219-v1:0'])(
    'are found for %s, which the built-in list does not have',
    (model) => {
      const { costOf } = new Prices({ provider }, new ManualClock());
      const cost = costOf(model, used(tokens(10, 0, 0, 0, 10)), NOW_MS);
      expect(cost).toMatchObject({ nanoUsd: 180_000, unpriced: [] });
      expect(cost.priceVersion).toMatch(/^2026-11-23\+genai-prices\.[0-9a-f]{8}$/);
    },
  );

  it('are not those of an older model whose id begins alike', () => {
    expect(['claude-sonnet-5-7', 'claude-haiku-4-5-turbo'].map((id) => provider.priceOf(id, NOW_MS))).toEqual([
      null,
      null,
    ]);
  });

  it('are the same object for the same prices', () => {
    expect(provider.priceOf('claude-opus-5', NOW_MS)).toBe(provider.priceOf('claude-opus-5-20260724', NOW_MS));
  });

  it('follow the data as it is updated, and so does their version', () => {
    let models: readonly GenaiModel[] = [{ id: 'acme', prices: SIMPLE }];
    let data = { models };
    const updated = genaiPrices({ findProvider: () => data });
    const before = [updated.version, updated.priceOf('acme', NOW_MS)?.standard.input];
    models = [{ id: 'acme', prices: { ...SIMPLE, input_mtok: 3 } }];
    data = { models };
    const after = [updated.version, updated.priceOf('acme', NOW_MS)?.standard.input];
    expect([before[1], after[1]]).toEqual([1_000_000, 3_000_000]);
    expect(after[0]).not.toBe(before[0]);
  });

  it('of the cache follow the input where the package has none', () => {
    const { standard } = genaiPrices(moduleOf({ id: 'acme', prices: SIMPLE })).priceOf('acme', NOW_MS) ?? {};
    expect(standard).toEqual({
      input: 1_000_000,
      cacheRead: 1_000_000,
      cacheWrite5m: 1_250_000,
      cacheWrite1h: 2_000_000,
      output: 2_000_000,
    });
  });

  it.each<[what: string, prices: GenaiModel['prices']]>([
    ['without output', { input_mtok: 1 }],
    ['without input', { output_mtok: 1 }],
    ['that have not begun', [{ constraint: { type: 'start_date', start_date: '2027-01-01' }, prices: SIMPLE }]],
    ['by the hour of the day', [{ constraint: { type: 'time_of_date' }, prices: SIMPLE }]],
    [
      'with two steps',
      {
        ...SIMPLE,
        input_mtok: {
          base: 1,
          tiers: [
            { start: 10, price: 2 },
            { start: 20, price: 3 },
          ],
        },
      },
    ],
    ['that are none', []],
  ])('%s are not known', (_what, prices) => {
    expect(genaiPrices(moduleOf({ id: 'acme', prices })).priceOf('acme', NOW_MS)).toBeNull();
  });

  it('are not known where the package has no data of Anthropic', () => {
    expect(genaiPrices({ findProvider: () => undefined }).priceOf('claude-opus-5', NOW_MS)).toBeNull();
  });
});
