import fc from 'fast-check';
import { normalizeUsage, overlayUsage, type TokenUsage, type Usage } from '../../call/usage.js';
import { InvalidOptionsError } from '../../errors/errors.js';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import { Prices } from './prices.js';
import { anyModel, anyMomentMs, anyTokens, anyUsage } from './spec-support/arbitrary-usage.js';
import { iteration, tokens, used } from './spec-support/usage.js';

const NOW_MS = Date.UTC(2026, 10, 23);
const { costOf } = new Prices({}, new ManualClock());
const cost = (usage: Partial<Usage>, model: string | null = 'claude-opus-5-5'): ReturnType<typeof costOf> =>
  costOf(model, used(usage), NOW_MS);

describe('a bill', () => {
  it('has a line for each kind that was used, and for each iteration by itself', () => {
    const { items } = cost({
      ...tokens(10, 20, 0, 0, 30),
      webSearchRequests: 2,
      iterations: [iteration('advisor_message', 'claude-haiku-4-5', tokens(0, 0, 40, 50))],
    });
    const [own, advisor] = ['claude-opus-5-5', 'claude-haiku-4-5'];
    expect(items).toEqual([
      { kind: 'input', model: own, iteration: null, quantity: 10, unitPicoUsd: 4_000_000, picoUsd: 40_000_000 },
      { kind: 'cache-read', model: own, iteration: null, quantity: 20, unitPicoUsd: 200_000, picoUsd: 4_000_000 },
      { kind: 'output', model: own, iteration: null, quantity: 30, unitPicoUsd: 20_000_000, picoUsd: 600_000_000 },
      {
        kind: 'cache-write-5m',
        model: advisor,
        iteration: 'advisor_message',
        quantity: 40,
        unitPicoUsd: 1_250_000,
        picoUsd: 50_000_000,
      },
      {
        kind: 'cache-write-1h',
        model: advisor,
        iteration: 'advisor_message',
        quantity: 50,
        unitPicoUsd: 2_000_000,
        picoUsd: 100_000_000,
      },
      { kind: 'web-search', model: own, iteration: null, quantity: 2, unitPicoUsd: 1e10, picoUsd: 2e10 },
    ]);
  });

  it('tells which prices it was added up with', () => {
    expect(cost(tokens(1)).priceVersion).toBe('2026-11-23');
  });

  it.each([
    ['complete', 'exact'],
    ['partial', 'estimated'],
    ['estimated', 'estimated'],
  ] as const)('of a usage that is %s is %s', (quality, accuracy) => {
    expect(cost({ ...tokens(1), quality })).toMatchObject({ nanoUsd: 4_000, accuracy });
  });

  it('names what is missing once, however many parts miss it', () => {
    const parts = [iteration('compaction', null, tokens(5)), iteration('compaction', null, tokens(5))];
    const { unpriced } = cost(
      { ...tokens(5), inferenceGeo: 'eu', speed: 'fast', iterations: parts },
      'claude-sonnet-5',
    );
    expect(unpriced).toEqual([
      { reason: 'fast', model: 'claude-sonnet-5' },
      { reason: 'inference-geo', model: 'claude-sonnet-5' },
    ]);
  });

  it('of an operation without a model says that it is unknown', () => {
    expect(cost(tokens(5), null)).toMatchObject({ nanoUsd: 0, unpriced: [{ reason: 'model', model: 'unknown' }] });
  });

  it('misses nothing where a model without a price did nothing', () => {
    expect(cost({}, 'claude-mythos-preview')).toMatchObject({ nanoUsd: 0, items: [], unpriced: [] });
  });

  it('holds fast mode for another id of the same model', () => {
    const hops = [
      iteration('message', 'claude-opus-5-20260724', tokens(10)),
      iteration('fallback_message', 'claude-sonnet-5', tokens(10)),
    ];
    expect(cost({ ...tokens(20), hops, speed: 'fast' }, 'claude-opus-5')).toMatchObject({
      nanoUsd: 10 * 10_000 + 10 * 2_000,
      unpriced: [],
    });
  });
});

describe('a usage that no bill can hold', () => {
  it.each([
    [{ outputTokens: 1e12 }, '`outputTokens` of a usage of claude-opus-5-5 is 1000000000000'],
    [{ inputTokens: Infinity }, '`inputTokens` of a usage of claude-opus-5-5 is Infinity'],
    [{ cacheReadTokens: NaN }, '`cacheReadTokens` of a usage of claude-opus-5-5 is NaN'],
    [{ cacheWrite5mTokens: -1 }, '`cacheWrite5mTokens` of a usage of claude-opus-5-5 is -1'],
    [{ cacheWrite1hTokens: 0.5 }, '`cacheWrite1hTokens` of a usage of claude-opus-5-5 is 0.5'],
    [{ webSearchRequests: 1e6 }, '`webSearchRequests` of a usage of claude-opus-5-5 is 1000000'],
    [{ inputTokens: 1.5e9, outputTokens: 3e8 }, '`outputTokens` of a usage of claude-opus-5-5 is 300000000'],
  ])('is refused by the name of its field: %j', (usage, message) => {
    expect(() => cost(usage)).toThrow(InvalidOptionsError);
    expect(() => cost(usage)).toThrow(message);
  });
});

describe('whatever was used', () => {
  const anyBill = fc.tuple(anyModel, anyUsage, anyMomentMs);

  it('costs the sum of its lines, rounded once', () => {
    fc.assert(
      fc.property(anyBill, ([model, usage, atMs]) => {
        const { items, nanoUsd } = costOf(model, used(usage), atMs);
        const picoUsd = items.reduce((sum, item) => sum + item.quantity * item.unitPicoUsd, 0);
        expect(items.reduce((sum, item) => sum + item.picoUsd, 0)).toBe(picoUsd);
        expect(Math.abs(nanoUsd * 1_000 - picoUsd)).toBeLessThanOrEqual(500);
      }),
    );
  });

  it('has every token and every search in one line', () => {
    fc.assert(
      fc.property(anyBill, ([model, usage, atMs]) => {
        const { items } = costOf(model, used(usage), atMs);
        const parts: readonly TokenUsage[] = [usage, ...usage.iterations];
        expect(items.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(
          parts.reduce((sum, part) => sum + countOf(part), usage.webSearchRequests),
        );
      }),
    );
  });

  it('never costs less with more tokens', () => {
    fc.assert(
      fc.property(anyBill, anyTokens, ([model, usage, atMs], more) => {
        const with_ = costOf(model, used({ ...usage, ...added(usage, more) }), atMs);
        expect(with_.nanoUsd).toBeGreaterThanOrEqual(costOf(model, used(usage), atMs).nanoUsd);
      }),
    );
  });

  it('costs the same as a stream and as a whole answer', () => {
    fc.assert(
      fc.property(anyBill, ([model, usage, atMs]) => {
        const whole = rawOf(used(usage));
        const start = { ...whole, output_tokens: 1, server_tool_use: null, iterations: null };
        const delta = {
          input_tokens: whole.input_tokens,
          output_tokens: whole.output_tokens,
          cache_creation_input_tokens: null,
          server_tool_use: whole.server_tool_use,
          iterations: whole.iterations,
        };
        const streamed = normalizeUsage(overlayUsage(start, delta)) as Usage;
        expect(costOf(model, streamed, atMs)).toEqual(costOf(model, used(usage), atMs));
      }),
    );
  });
});

function added(to: TokenUsage, more: TokenUsage): TokenUsage {
  return tokens(
    to.inputTokens + more.inputTokens,
    to.cacheReadTokens + more.cacheReadTokens,
    to.cacheWrite5mTokens + more.cacheWrite5mTokens,
    to.cacheWrite1hTokens + more.cacheWrite1hTokens,
    to.outputTokens + more.outputTokens,
  );
}

function countOf(part: TokenUsage): number {
  const { inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, outputTokens } = part;
  return inputTokens + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens + outputTokens;
}

/** A usage as the API would send it. */
function rawOf(usage: Usage) {
  return {
    ...rawTokensOf(usage),
    server_tool_use: { web_search_requests: usage.webSearchRequests, web_fetch_requests: 0 },
    service_tier: usage.serviceTier,
    speed: usage.speed,
    inference_geo: usage.inferenceGeo,
    iterations: usage.iterations.map((part) => ({ ...rawTokensOf(part), type: part.kind, model: part.model })),
  };
}

function rawTokensOf(part: TokenUsage) {
  return {
    input_tokens: part.inputTokens,
    output_tokens: part.outputTokens,
    cache_read_input_tokens: part.cacheReadTokens,
    cache_creation_input_tokens: part.cacheWrite5mTokens + part.cacheWrite1hTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: part.cacheWrite5mTokens,
      ephemeral_1h_input_tokens: part.cacheWrite1hTokens,
    },
  };
}
