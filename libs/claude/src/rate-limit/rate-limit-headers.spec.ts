import fc from 'fast-check';
import { readRateLimitHeaders } from './rate-limit-headers.js';

const STANDARD = {
  'anthropic-ratelimit-requests-limit': '1000',
  'anthropic-ratelimit-requests-remaining': '999',
  'anthropic-ratelimit-requests-reset': '2026-11-23T12:00:00Z',
  'anthropic-ratelimit-input-tokens-limit': '2000000',
  'anthropic-ratelimit-input-tokens-remaining': '1995000',
  'anthropic-ratelimit-output-tokens-limit': '400000',
  'anthropic-ratelimit-output-tokens-remaining': '0',
  'anthropic-ratelimit-tokens-limit': '2400000',
  'anthropic-ratelimit-tokens-remaining': '1995000',
};
const FAST = {
  'anthropic-fast-input-tokens-limit': '0',
  'anthropic-fast-input-tokens-remaining': '0',
  'anthropic-fast-output-tokens-limit': '80000',
  'anthropic-fast-output-tokens-remaining': '79000',
};

const wire = (headers: Readonly<Record<string, string>>): Headers => new Headers(headers);

describe('readRateLimitHeaders', () => {
  it('tells limits and remainders of requests, input and output', () => {
    expect(readRateLimitHeaders(wire({ ...STANDARD, ...FAST }), 'standard')).toEqual({
      requests: { limit: 1_000, remaining: 999 },
      inputTokens: { limit: 2_000_000, remaining: 1_995_000 },
      outputTokens: { limit: 400_000, remaining: 0 },
    });
  });

  it('tells of fast mode what its own pool says, and no requests', () => {
    expect(readRateLimitHeaders(wire({ ...STANDARD, ...FAST }), 'fast')).toEqual({
      inputTokens: { limit: 0, remaining: 0 },
      outputTokens: { limit: 80_000, remaining: 79_000 },
    });
    expect(readRateLimitHeaders(wire(STANDARD), 'fast')).toBeNull();
  });

  it('tells the combined tokens only where neither input nor output is told', () => {
    const combined = { 'anthropic-ratelimit-tokens-limit': '9000', 'anthropic-ratelimit-tokens-remaining': '4000' };
    const output = { 'anthropic-ratelimit-output-tokens-remaining': '7' };
    expect(readRateLimitHeaders(wire(combined), 'standard')).toEqual({ tokens: { limit: 9_000, remaining: 4_000 } });
    expect(readRateLimitHeaders(wire({ ...combined, ...output }), 'standard')).toEqual({
      outputTokens: { remaining: 7 },
    });
  });

  it('reads a platform `Headers` alike', () => {
    expect(readRateLimitHeaders(new Headers(STANDARD), 'standard')).toEqual(
      readRateLimitHeaders(wire(STANDARD), 'standard'),
    );
  });

  it.each(['-1', '1.5', '1e3', '0x10', '', 'NaN', 'Infinity', '10, 20', '½', '1'.repeat(400)])(
    'takes %p for not told',
    (value) => {
      const headers = {
        'anthropic-ratelimit-requests-limit': value,
        'anthropic-ratelimit-requests-remaining': '5',
        'anthropic-ratelimit-input-tokens-limit': value,
      };
      expect(readRateLimitHeaders(wire(headers), 'standard')).toEqual({ requests: { remaining: 5 } });
    },
  );

  it('takes no notice of priority tier, subscriptions and resets', () => {
    const headers = {
      'anthropic-priority-input-tokens-limit': '10',
      'anthropic-priority-input-tokens-remaining': '10',
      'anthropic-ratelimit-unified-remaining': '10',
      'anthropic-ratelimit-unified-limit': '10',
      'anthropic-ratelimit-requests-reset': '10',
      'retry-after': '10',
    };
    expect(readRateLimitHeaders(wire(headers), 'standard')).toBeNull();
    expect(readRateLimitHeaders(wire(headers), 'fast')).toBeNull();
  });

  it('gives whole numbers of at least 0, whatever the values', () => {
    const value = fc.oneof(fc.nat().map(String), fc.string(), fc.double().map(String));
    fc.assert(
      fc.property(fc.record({ limit: value, remaining: value }), ({ limit, remaining }) => {
        const headers = {
          'anthropic-ratelimit-requests-limit': limit,
          'anthropic-ratelimit-requests-remaining': remaining,
        };
        const told = readRateLimitHeaders(wire(headers), 'standard')?.requests ?? {};
        for (const number of Object.values(told)) {
          expect(number === undefined || (Number.isSafeInteger(number) && number >= 0)).toBe(true);
        }
      }),
    );
  });
});
