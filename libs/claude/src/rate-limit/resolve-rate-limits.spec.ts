import fc from 'fast-check';
import { mergeLimits, resolveRateLimits } from './resolve-rate-limits.js';
import type { ModelLimits, ResolvedLimits } from './rate-limit.options.js';

const WINDOW = { strictWindow: false, refillShare: 0.95 };

/** Limits as `50?` for a guess and `50` for what was configured. */
function written(limits: ResolvedLimits): string {
  const { requests, inputTokens, outputTokens, tokens } = limits;
  return [requests, inputTokens, outputTokens, tokens]
    .map(({ perMinute, isGuess }) => `${perMinute}${isGuess ? '?' : ''}`)
    .join(' ');
}

function bursts({ requests, inputTokens, outputTokens, tokens }: ResolvedLimits): number[] {
  return [requests, inputTokens, outputTokens, tokens].map(({ burstShare }) => burstShare);
}

/** Everything that is frozen or holds nothing, through all that it holds. */
function isDeeplyFrozen(value: unknown): boolean {
  if (value instanceof Map) return [...value.values()].every(isDeeplyFrozen);
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

describe('rate limits without options', () => {
  it('are a guess of 50 requests and 100,000 tokens, input and output together', () => {
    const settings = resolveRateLimits();
    expect(settings).toEqual({
      limits: {
        requests: { perMinute: 50, burstShare: 1 / 12, isGuess: true },
        inputTokens: { perMinute: Infinity, burstShare: 1, isGuess: true },
        outputTokens: { perMinute: Infinity, burstShare: 1, isGuess: true },
        tokens: { perMinute: 100_000, burstShare: 1, isGuess: true },
      },
      byClass: new Map(),
      classOfModel: new Map(),
      maxConcurrent: Infinity,
      concurrency: { initial: 20, min: 2, max: 1_000 },
      refillShare: 0.95,
      strictWindow: false,
      queue: { maxLength: 1_000, maxWaitMs: 30_000, agingMs: 10_000 },
      estimate: { input: 'blocks', output: 'learned' },
      learn: true,
      mode: 'enforce',
    });
  });

  it('are what an option stands for that is undefined', () => {
    const none = undefined as never;
    const options = {
      requestsPerMinute: none,
      burst: { requests: none },
      concurrency: { max: none },
      strictWindow: { utilization: none },
      queue: { maxLength: none, fairBy: none },
      estimate: { input: none },
      learn: none,
    };
    expect(resolveRateLimits(options)).toEqual(resolveRateLimits({ strictWindow: true }));
  });
});

describe('limits of a model class', () => {
  it.each<readonly [ModelLimits, string]>([
    [{}, '50? Infinity? Infinity? 100000?'],
    [{ requestsPerMinute: 300 }, '300 Infinity? Infinity? 100000?'],
    [{ inputTokensPerMinute: 40_000 }, '50? 40000 Infinity? Infinity?'],
    [{ outputTokensPerMinute: 8_000 }, '50? Infinity? 8000 Infinity?'],
    [{ tokensPerMinute: 60_000 }, '50? Infinity? Infinity? 60000'],
    [{ requestsPerMinute: 5, inputTokensPerMinute: 6, outputTokensPerMinute: 7, tokensPerMinute: 8 }, '5 6 7 8'],
  ])('are guessed where %j leaves them out', (limits, expected) => {
    expect(written(mergeLimits(limits, WINDOW))).toBe(expected);
  });

  it('can be had at once as far as the burst says', () => {
    const limits = { requestsPerMinute: 300, tokensPerMinute: 1_000, burst: { requests: 75, tokens: 100 } };
    expect(bursts(mergeLimits(limits, WINDOW))).toEqual([0.25, 1, 1, 0.1]);
  });

  it('lose nothing of their burst to rounding', () => {
    const limit = fc.integer({ min: 1, max: 1e12 });
    fc.assert(
      fc.property(limit, limit, (a, b) => {
        const [burst, perMinute] = [Math.min(a, b), Math.max(a, b)];
        const { tokens } = mergeLimits({ tokensPerMinute: perMinute, burst: { tokens: burst } }, WINDOW);
        expect(tokens.burstShare * perMinute).toBeGreaterThanOrEqual(burst);
        expect(tokens.burstShare * perMinute).toBeLessThan(burst + 0.001);
        expect(tokens.burstShare).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('are divided into flow and burst by a strict window, whatever they are', () => {
    const { limits, byClass, refillShare, strictWindow } = resolveRateLimits({
      strictWindow: { utilization: 0.75 },
      models: { 'opus-4': { requestsPerMinute: 300 } },
    });
    expect({ refillShare, strictWindow }).toEqual({ refillShare: 0.75, strictWindow: true });
    expect(bursts(limits)).toEqual([0.225, 0.225, 0.225, 0.225]);
    expect(byClass.get('opus-4')?.requests.burstShare).toBe(0.225);
    expect(resolveRateLimits({ strictWindow: true }).refillShare).toBe(0.93);
  });

  it('flow as far as the safety lets them', () => {
    expect(resolveRateLimits({ safety: 0.8 }).refillShare).toBe(0.8);
    expect(resolveRateLimits({ safety: 0.8, strictWindow: false }).strictWindow).toBe(false);
  });
});

describe('rules of models', () => {
  it('stand in place of the limits of all, with nothing left over from them', () => {
    const { limits, byClass } = resolveRateLimits({
      requestsPerMinute: 1_000,
      inputTokensPerMinute: 2_000_000,
      models: { 'claude-haiku-4-5-20251001': { outputTokensPerMinute: 8_000 } },
    });
    expect(written(limits)).toBe('1000 2000000 Infinity? Infinity?');
    expect([...byClass].map(([name, own]) => [name, written(own)])).toEqual([
      ['haiku-4-5', '50? Infinity? 8000 Infinity?'],
    ]);
  });

  it('hold for the class of the model, or the class by its name', () => {
    const limits = { requestsPerMinute: 5 };
    const models = { 'claude-opus-4-6': limits, 'sonnet-4': limits, 'fable-5:fast': limits };
    expect([...resolveRateLimits({ models }).byClass.keys()]).toEqual(['opus-4', 'sonnet-4', 'fable-5:fast']);
  });

  it('hold for classes made by hand before those that Anthropic documents', () => {
    const limits = { requestsPerMinute: 5 };
    const modelClasses = { big: ['claude-opus-4-6', 'claude-opus-5'], constructor: ['mine'] };
    const settings = resolveRateLimits({ modelClasses, models: { 'claude-opus-4-6': limits, mine: limits } });
    expect([...settings.byClass.keys()]).toEqual(['big', 'constructor']);
    expect([...settings.classOfModel]).toEqual([
      ['claude-opus-4-6', 'big'],
      ['claude-opus-5', 'big'],
      ['mine', 'constructor'],
    ]);
    const byName = resolveRateLimits({ modelClasses, models: { big: limits, 'claude-opus-4-7': limits } });
    expect([...byName.byClass.keys()]).toEqual(['big', 'opus-4']);
  });
});

describe('settings of the rate limits', () => {
  it('take what is given and fill in the rest', () => {
    const fairBy = (): string => 'tenant';
    expect(
      resolveRateLimits({
        maxConcurrent: 7,
        concurrency: { max: 40 },
        queue: { maxWaitMs: 5, fairBy },
        estimate: { output: 'max-tokens' },
        learn: false,
        mode: 'shadow',
      }),
    ).toMatchObject({
      maxConcurrent: 7,
      concurrency: { initial: 20, min: 2, max: 40 },
      queue: { maxLength: 1_000, maxWaitMs: 5, agingMs: 10_000, fairBy },
      estimate: { input: 'blocks', output: 'max-tokens' },
      learn: false,
      mode: 'shadow',
    });
    expect(resolveRateLimits({ concurrency: false }).concurrency).toBe(false);
  });

  it('cannot be changed, whatever becomes of the options', () => {
    const fairBy = { tag: 'tenant' };
    const settings = resolveRateLimits({ queue: { fairBy }, models: { 'opus-4': { requestsPerMinute: 5 } } });
    fairBy.tag = 'other';
    expect(settings.queue.fairBy).toEqual({ tag: 'tenant' });
    expect(isDeeplyFrozen(settings)).toBe(true);
  });
});
