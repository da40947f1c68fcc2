import fc from 'fast-check';
import { featuresOf, maxTokensOf, speedOf } from './request-traits.js';

describe('featuresOf', () => {
  const tools = [{ name: 't' }];

  it.each([
    [{}, 'plain'],
    [{ tools: [], thinking: { type: 'disabled' } }, 'plain'],
    [{ thinking: null, tools: null }, 'plain'],
    [{ tools }, 'tools'],
    [{ tools, thinking: { type: 'disabled' } }, 'tools'],
    [{ thinking: { type: 'enabled', budget_tokens: 1_024 } }, 'thinking'],
    [{ tools, thinking: { type: 'adaptive' } }, 'tools+thinking'],
    [{ tools, thinking: { type: 'between_tools' } }, 'tools+thinking'],
    [undefined, 'plain'],
    ['text', 'plain'],
  ])('of %j are %s', (params, features) => {
    expect(featuresOf(params)).toBe(features);
  });
});

describe('maxTokensOf', () => {
  it.each([0, 1, 64_000])('is %d where the request says so', (maxTokens) => {
    expect(maxTokensOf({ max_tokens: maxTokens })).toBe(maxTokens);
  });

  it.each([undefined, null, -1, Number.NaN, Infinity, '100'])('is not told by %p', (maxTokens) => {
    expect(maxTokensOf({ max_tokens: maxTokens })).toBeNull();
  });
});

describe('speedOf', () => {
  it('is fast only where the request asks for it', () => {
    expect([{ speed: 'fast' }, { speed: 'standard' }, { speed: null }, {}, null].map(speedOf)).toEqual([
      'fast',
      'standard',
      'standard',
      'standard',
      'standard',
    ]);
  });
});

it('reads whatever it is given', () => {
  fc.assert(
    fc.property(fc.anything(), (params) => {
      expect(() => [featuresOf(params), maxTokensOf(params), speedOf(params)]).not.toThrow();
    }),
  );
});
