import fc from 'fast-check';
import type { TokenUsage } from '../../call/usage.js';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import type { PricingOptions } from './pricing.options.js';
import { Prices, type RequestToPrice } from './prices.js';
import { anyModel, anyMomentMs } from './spec-support/arbitrary-usage.js';
import { iteration, tokens, used } from './spec-support/usage.js';

const NOW_MS = Date.UTC(2026, 10, 23);
const pricesOf = (options: PricingOptions = {}): Prices => new Prices(options, new ManualClock());

type Planned = Partial<RequestToPrice> & { readonly params: Readonly<Record<string, unknown>> };

function planned({ model = 'claude-opus-5-5', inputTokens = 1_000, ...rest }: Planned): RequestToPrice {
  return { model, inputTokens, atMs: NOW_MS, ...rest };
}

const worst = (request: Planned, options?: PricingOptions): number | null =>
  pricesOf(options).worstCaseNanoUsd(planned(request));

const cached = { cache_control: { type: 'ephemeral' } };
const cachedForAnHour = { cache_control: { type: 'ephemeral', ttl: '1h' } };
const search = { type: 'web_search_20260318', name: 'web_search' };

describe('the worst case of a request', () => {
  it.each<[what: string, request: Planned, sum: string, nanoUsd: number]>([
    ['input and all of max_tokens', { params: { max_tokens: 500 } }, '1000×4 + 500×20', 14_000_000],
    ['no output', { params: { max_tokens: 0 } }, '1000×4', 4_000_000],
    ['input that is cached', { params: { max_tokens: 500, ...cached } }, '1000×5 + 500×20', 15_000_000],
    ['input cached for an hour', { params: { max_tokens: 500, ...cachedForAnHour } }, '1000×8 + 500×20', 18_000_000],
    ['fast mode', { params: { max_tokens: 500, speed: 'fast' } }, '1000×8 + 500×40', 28_000_000],
    [
      'fast mode that there is no price of',
      { model: 'claude-sonnet-5', params: { max_tokens: 500, speed: 'fast' } },
      '1000×2 + 500×10',
      7_000_000,
    ],
    ['the US', { params: { max_tokens: 500, inference_geo: 'us' } }, '1000×4.4 + 500×22', 15_400_000],
    [
      'the US, where the workspace is',
      { params: { max_tokens: 500 }, inferenceGeo: 'us' },
      '1000×4.4 + 500×22',
      15_400_000,
    ],
    [
      'all the world, whatever the workspace',
      { params: { max_tokens: 500, inference_geo: 'global' }, inferenceGeo: 'us' },
      '1000×4 + 500×20',
      14_000_000,
    ],
    ['a batch', { params: { max_tokens: 500 }, batch: true }, '1000×2 + 500×10', 7_000_000],
    [
      'a prompt of 100,000',
      { model: 'claude-haiku-5-5', inputTokens: 100_000, params: { max_tokens: 500 } },
      '100000×0.1 + 500×0.5',
      10_250_000,
    ],
    [
      'a prompt of 100,001',
      { model: 'claude-haiku-5-5', inputTokens: 100_001, params: { max_tokens: 500 } },
      '100001×0.5 + 500×2.5',
      51_250_500,
    ],
    [
      'three searches',
      { params: { max_tokens: 0, tools: [{ ...search, max_uses: 3 }] } },
      '1000×4 + 3×10000',
      34_000_000,
    ],
    ['searches without a limit', { params: { max_tokens: 0, tools: [search] } }, '1000×4 + 10×10000', 104_000_000],
    [
      'tools that do not search',
      { params: { max_tokens: 0, tools: [{ name: 'a' }, { type: 'bash_20250124' }, null] } },
      '1000×4',
      4_000_000,
    ],
    [
      'fallbacks, each after the other',
      {
        params: {
          max_tokens: 500,
          fallbacks: [{ model: 'claude-sonnet-5', max_tokens: 100 }, { model: 'claude-opus-5' }],
        },
      },
      '1000×4 + 500×20 + 1000×2 + 100×10 + 1000×5 + 500×25',
      34_500_000,
    ],
    [
      'fallbacks at a speed of their own',
      { params: { max_tokens: 0, speed: 'fast', fallbacks: [{ model: 'claude-opus-5', speed: null }] } },
      '1000×8 + 1000×5',
      13_000_000,
    ],
    [
      'a fraction, rounded up',
      {
        model: 'claude-haiku-5-5',
        inputTokens: 1,
        params: { max_tokens: 0, inference_geo: 'us', ...cached },
        batch: true,
      },
      '1×0.06875',
      69,
    ],
    ['no params', { params: {} }, '1000×4', 4_000_000],
  ])('counts %s', (_what, request, _sum, nanoUsd) => {
    expect(worst(request)).toBe(nanoUsd);
  });

  it('is not known of a model, or a fallback, that has no price', () => {
    const params = { max_tokens: 1, fallbacks: [{ model: 'claude-next' }] };
    expect(worst({ model: 'claude-next', params: { max_tokens: 1 } })).toBeNull();
    expect(worst({ model: null, params: { max_tokens: 1 } })).toBeNull();
    expect(worst({ params })).toBeNull();
    expect(worst({ params }, { unknownModel: 'refuse' })).toBeNull();
  });

  it('is that of the dearest known model if one so wants', () => {
    const request: Planned = { model: 'claude-next', params: { max_tokens: 10 } };
    expect(worst(request, { unknownModel: 'dearest-known' })).toBe((1_000 * 15 + 10 * 75) * 1_000);
  });

  it('is beyond every budget for what is beyond all counting', () => {
    expect(worst({ params: { max_tokens: 1e300 } })).toBe(Number.MAX_SAFE_INTEGER);
  });
});

/** A request and an answer to it that keeps to the estimate. */
const anyExchange = fc
  .record({
    model: anyModel,
    atMs: anyMomentMs,
    batch: fc.boolean(),
    inputTokens: fc.oneof(fc.nat(300_000), fc.constantFrom(100_000, 100_001, 200_000, 200_001)),
    maxTokens: fc.nat(128_000),
    speed: fc.constantFrom(undefined, 'fast'),
    geo: fc.constantFrom(undefined, 'us', 'eu', 'global'),
    cache: fc.constantFrom(undefined, '5m', '1h'),
    searches: fc.option(fc.nat(12), { nil: undefined }),
    shares: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    kinds: fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }),
    granted: fc.boolean(),
    fallback: fc.option(anyModel),
  })
  .map((drawn) => ({ drawn, usage: answerTo(drawn), request: requestOf(drawn) }));

interface Drawn {
  readonly model: string;
  readonly atMs: number;
  readonly batch: boolean;
  readonly inputTokens: number;
  readonly maxTokens: number;
  readonly speed: string | undefined;
  readonly geo: string | undefined;
  readonly cache: string | undefined;
  readonly searches: number | undefined;
  readonly shares: readonly [input: number, output: number];
  readonly kinds: readonly number[];
  readonly granted: boolean;
  readonly fallback: string | null;
}

function requestOf({ atMs, batch, cache, fallback, geo, inputTokens, maxTokens, model, searches, speed }: Drawn) {
  const params = {
    max_tokens: maxTokens,
    ...(speed && { speed }),
    ...(geo && { inference_geo: geo }),
    ...(cache && { cache_control: { type: 'ephemeral', ttl: cache } }),
    ...(searches !== undefined && { tools: [{ ...search, max_uses: searches }] }),
    ...(fallback && { fallbacks: [{ model: fallback }] }),
  };
  return { params, inputTokens, model, atMs, batch };
}

function answerTo(drawn: Drawn) {
  const part = tokensWithin(drawn);
  const { batch, fallback, geo, granted, model, searches = 0, speed } = drawn;
  return used({
    ...part,
    webSearchRequests: searches,
    serviceTier: batch ? 'batch' : 'standard',
    speed: speed && granted ? speed : 'standard',
    inferenceGeo: geo ?? null,
    ...(fallback && { hops: [iteration('message', model, part), iteration('fallback_message', fallback, part)] }),
  });
}

/** The input dealt out to the kinds that the request allows. */
function tokensWithin({ cache, inputTokens, kinds, maxTokens, shares: [input, output] }: Drawn): TokenUsage {
  const dealt = [0, 0, 0, 0];
  const share = Math.floor((inputTokens * input) / kinds.length);
  const allowed = cache === undefined ? 1 : cache === '5m' ? 3 : 4;
  for (const kind of kinds) dealt[kind % allowed] = (dealt[kind % allowed] ?? 0) + share;
  return tokens(dealt[0] ?? 0, dealt[1], dealt[2], dealt[3], Math.floor(maxTokens * output));
}

describe('a worst case', () => {
  it('is never below what an answer costs that keeps to the estimate', () => {
    const prices = pricesOf();
    fc.assert(
      fc.property(anyExchange, ({ request, usage }) => {
        const cost = prices.costOf(request.model, usage, request.atMs);
        expect(prices.worstCaseNanoUsd(request)).toBeGreaterThanOrEqual(cost.nanoUsd);
      }),
      { numRuns: 500 },
    );
  });

  it('is reached by the answer that uses all of it', () => {
    const prices = pricesOf();
    const cost = prices.costOf('claude-opus-5-5', used(tokens(1_000, 0, 0, 0, 500)), NOW_MS);
    expect(prices.worstCaseNanoUsd(planned({ params: { max_tokens: 500 } }))).toBe(cost.nanoUsd);
  });
});

describe('the output that an amount affords', () => {
  const prices = pricesOf();
  const affordable = (request: Planned, nanoUsd: number): number | null =>
    prices.outputAffordable(planned(request), nanoUsd);

  it('is what is left when the input is paid', () => {
    expect(affordable({ params: { max_tokens: 9_999 } }, 14_000_000)).toBe(500);
    expect(affordable({ params: { max_tokens: 9_999 } }, 13_999_999)).toBe(499);
    expect(affordable({ params: {} }, 4_000_000)).toBe(0);
  });

  it('is not known where not even the input is paid, or nobody knows the price', () => {
    expect(affordable({ params: {} }, 3_999_999)).toBeNull();
    expect(affordable({ params: {}, model: 'claude-next' }, 1e9)).toBeNull();
  });

  it('is no less of a larger amount than any request can cost', () => {
    expect(affordable({ params: {} }, Number.MAX_SAFE_INTEGER)).toBe(450_359_762);
  });

  it('has no end where output is free', () => {
    const free = { input: 1, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, output: 0 };
    const rows = [{ models: ['acme'], effectiveFrom: '2026-01-01', usdPerMillionTokens: free }];
    const own = pricesOf({ rows });
    expect(own.outputAffordable(planned({ model: 'acme', params: {} }), 1e9)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('fits, and one token more does not', () => {
    fc.assert(
      fc.property(anyExchange, fc.nat(20_000_000_000), ({ request }, nanoUsd) => {
        const most = prices.outputAffordable(request, nanoUsd);
        const worstWith = (output: number): number | null =>
          prices.worstCaseNanoUsd({ ...request, params: { ...request.params, max_tokens: output } });
        if (most === null) expect(worstWith(0)).toBeGreaterThan(nanoUsd);
        else {
          expect(worstWith(most)).toBeLessThanOrEqual(nanoUsd);
          expect(worstWith(most + 1)).toBeGreaterThan(nanoUsd);
        }
      }),
      { numRuns: 500 },
    );
  });
});
