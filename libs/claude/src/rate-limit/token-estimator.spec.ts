import fc from 'fast-check';
import { estimatedUsage, type Usage } from '../call/usage.js';
import { LearnedOutput } from './learned-output.js';
import { RecentKeys } from './recent-keys.js';
import { RecentQuantile } from './recent-quantile.js';
import { TokenEstimator } from './token-estimator.js';

const REQUEST = {
  params: { model: 'claude-haiku-5-5', max_tokens: 400, messages: [{ role: 'user', content: 'x'.repeat(3_000) }] },
  model: 'claude-haiku-5-5',
  requestType: null,
};

function used(inputTokens: number, outputTokens: number, quality: Usage['quality'] = 'complete'): Usage {
  return { ...estimatedUsage(inputTokens, outputTokens), quality };
}

describe('TokenEstimator', () => {
  it('begins with the request as it counts, and a quarter of what it allows its answer', () => {
    const { inputTokens, countedTokens, outputTokens } = new TokenEstimator('learned').estimate(REQUEST);
    expect(inputTokens).toBe(countedTokens);
    expect(inputTokens).toBeGreaterThan(900);
    expect(outputTokens).toBe(100);
  });

  it('learns input and output of a kind from ten complete answers, and never exceeds what is allowed', () => {
    const estimator = new TokenEstimator('learned');
    for (let i = 1; i <= 10; i += 1) {
      const estimate = estimator.estimate(REQUEST);
      estimator.learn(estimate, used(estimate.countedTokens / 2, i * 10));
    }
    const { inputTokens, countedTokens, outputTokens } = estimator.estimate(REQUEST);
    expect(inputTokens / countedTokens).toBeCloseTo(0.51, 2);
    expect(outputTokens).toBe(80);
    const narrow = { ...REQUEST, params: { ...REQUEST.params, max_tokens: 5 } };
    expect(estimator.estimate(narrow).outputTokens).toBe(5);
    expect(estimator.estimate({ ...REQUEST, requestType: 'other' }).outputTokens).toBe(100);
  });

  it('knows kinds of requests apart: by model, by what the caller calls them, else by what they use', () => {
    const estimator = new TokenEstimator('learned');
    for (let i = 0; i < 10; i += 1) estimator.learn(estimator.estimate(REQUEST), used(0, 10));
    const tools = { ...REQUEST, params: { ...REQUEST.params, tools: [{ name: 't' }] } };
    const others = [tools, { ...REQUEST, model: 'claude-opus-5-5' }, { ...REQUEST, requestType: 'summary' }];
    expect(others.map((each) => estimator.estimate(each).outputTokens)).toEqual([100, 100, 100]);
    expect(estimator.estimate(REQUEST).outputTokens).toBe(10);
    for (let i = 0; i < 10; i += 1) {
      estimator.learn(estimator.estimate({ ...tools, requestType: 'summary' }), used(0, 50));
    }
    expect(estimator.estimate({ ...REQUEST, requestType: 'summary' }).outputTokens).toBe(50);
  });

  it('knows answers better than its first guess only from the tenth on, and by the last 200', () => {
    const estimator = new TokenEstimator('learned');
    const learn = (outputTokens: number, times: number): number => {
      const estimate = estimator.estimate(REQUEST);
      for (let i = 0; i < times; i += 1) estimator.learn(estimate, used(0, outputTokens));
      return estimator.estimate(REQUEST).outputTokens;
    };
    expect([learn(10, 9), learn(10, 1), learn(10, 300)]).toEqual([100, 10, 10]);
    expect([learn(300, 40), learn(300, 1)]).toEqual([10, 300]);
  });

  it('counts all that was read as input, from the cache and into it, too', () => {
    const estimator = new TokenEstimator('learned');
    const { countedTokens } = estimator.estimate(REQUEST);
    const half = countedTokens / 2;
    const parts = { inputTokens: half, cacheReadTokens: half, cacheWrite5mTokens: half, cacheWrite1hTokens: half };
    for (let i = 0; i < 50; i += 1) {
      estimator.learn(estimator.estimate(REQUEST), { ...used(0, 1), ...parts });
    }
    expect(estimator.estimate(REQUEST).inputTokens / countedTokens).toBeCloseTo(2, 1);
  });

  it('learns nothing of guesses, and no length from answers that broke off', () => {
    const estimator = new TokenEstimator('learned');
    for (let i = 0; i < 20; i += 1) {
      const estimate = estimator.estimate(REQUEST);
      estimator.learn(estimate, used(1, 1, 'estimated'));
      expect(estimator.estimate(REQUEST)).toEqual(estimate);
    }
    for (let i = 0; i < 20; i += 1) {
      const estimate = estimator.estimate(REQUEST);
      estimator.learn(estimate, used(estimate.countedTokens / 2, 1, 'partial'));
    }
    const { inputTokens, countedTokens, outputTokens } = estimator.estimate(REQUEST);
    expect(inputTokens / countedTokens).toBeCloseTo(0.5, 1);
    expect(outputTokens).toBe(100);
  });

  it('claims all that is allowed where that is wanted', () => {
    expect(new TokenEstimator('max-tokens').estimate(REQUEST).outputTokens).toBe(400);
    const absurd = { ...REQUEST, params: { ...REQUEST.params, max_tokens: 1e300 } };
    expect(new TokenEstimator('max-tokens').estimate(absurd).outputTokens).toBe(1e9);
  });

  it('takes whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (params) => {
        const { inputTokens, outputTokens } = new TokenEstimator('learned').estimate({ ...REQUEST, params });
        expect(inputTokens >= 0 && outputTokens >= 0 && Number.isFinite(inputTokens + outputTokens)).toBe(true);
      }),
    );
  });
});

describe('RecentQuantile', () => {
  it('is that of the last values, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60, size: 'max' }), (values) => {
        const quantile = new RecentQuantile(0.8, 20);
        for (const value of values) quantile.add(value);
        const recent = values.slice(-20).toSorted((a, b) => a - b);
        expect(quantile.count).toBe(recent.length);
        expect(quantile.value).toBe(recent[Math.ceil(0.8 * recent.length) - 1]);
      }),
    );
  });
});

describe('RecentKeys', () => {
  it('forgets what was not asked for longest', () => {
    const keys = new RecentKeys<number>(2);
    keys.obtain('a', () => 1);
    keys.obtain('b', () => 2);
    keys.obtain('a', () => 0);
    keys.obtain('c', () => 3);
    expect([keys.size, keys.get('a'), keys.get('b'), keys.get('c')]).toEqual([2, 1, undefined, 3]);
  });

  it('bounds what kinds of requests make', () => {
    const learned = new LearnedOutput();
    for (let i = 0; i < 5_000; i += 1) learned.learn(`kind ${i}`, 10);
    for (let i = 0; i < 10; i += 1) learned.learn('kind 4999', 10);
    expect(learned.estimate('kind 4999', 1_000)).toBe(10);
  });
});
