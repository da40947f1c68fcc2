import { minimumCacheable } from './minimum-cacheable.js';

describe('How many tokens a prefix must have to be cached', () => {
  it('is what the model is known to ask for, by any of its ids, else the most that any does', () => {
    const of = minimumCacheable(undefined);
    expect(['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929', 'claude-opus-5-5', 'constructor'].map(of)).toEqual([
      1_024, 1_024, 4_096, 4_096,
    ]);
  });

  it('is what it is told to be, for all models or for one', () => {
    expect(minimumCacheable(9)('claude-sonnet-4-5')).toBe(9);
    const of = minimumCacheable({ 'claude-sonnet-4-5': 5, 'claude-opus-4-5-20251101': 7 });
    expect(['claude-sonnet-4-5-20250929', 'claude-opus-4-5', 'claude-sonnet-4'].map(of)).toEqual([5, 7, 1_024]);
  });
});
