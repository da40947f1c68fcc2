import { InvalidOptionsError } from '../errors/errors.js';
import type { RateLimitOptions } from '../rate-limit/rate-limit.options.js';
import type { RetryOptions } from '../retry/retry.options.js';
import { resolveSettings } from './settings.js';

const ENV = { ANTHROPIC_API_KEY: 'sk-ant-api03-this-is-a-test-key' };

/** What is wrong with options of the rate limits, a line each. */
function problems(rateLimit: unknown, retry?: RetryOptions): string[] {
  try {
    resolveSettings({ rateLimit, ...(retry && { retry }) }, ENV);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    return error.message.split('\n  - ').slice(1);
  }
}

const WHOLE = 'must be a whole number from 1 to 1000000000000, not';

describe('the shape of rate limits', () => {
  it.each([
    [{ rpm: 5 }, '`rateLimit.rpm` is no option of `rateLimit`: remove it or correct its spelling.'],
    [{ requestsPerMinute: 0 }, `\`rateLimit.requestsPerMinute\` ${WHOLE} a number out of range.`],
    [{ inputTokensPerMinute: -1 }, `\`rateLimit.inputTokensPerMinute\` ${WHOLE} a number out of range.`],
    [{ outputTokensPerMinute: NaN }, `\`rateLimit.outputTokensPerMinute\` ${WHOLE} NaN.`],
    [{ tokensPerMinute: Infinity }, `\`rateLimit.tokensPerMinute\` ${WHOLE} a number out of range.`],
    [{ tokensPerMinute: 1e12 + 1 }, `\`rateLimit.tokensPerMinute\` ${WHOLE} a number out of range.`],
    [{ requestsPerMinute: 1.5 }, `\`rateLimit.requestsPerMinute\` ${WHOLE} a number out of range.`],
    [{ requestsPerMinute: '50' }, `\`rateLimit.requestsPerMinute\` ${WHOLE} a string.`],
    [{ burst: 5 }, '`rateLimit.burst` must be an object, not a number out of range.'],
    [{ requestsPerMinute: 5, burst: { requests: 0 } }, `\`rateLimit.burst.requests\` ${WHOLE} a number out of range.`],
    [{ burst: { input: 5 } }, '`rateLimit.burst.input` is no option of `rateLimit.burst`: remove'],
    [
      { models: [] },
      '`rateLimit.models` must be an object whose keys are model ids or classes and whose values are limits, not an array',
    ],
    [{ models: { 'opus-4': 5 } }, '`rateLimit.models.opus-4` must be an object, not a number'],
    [
      { models: { 'opus-4': { queue: {} } } },
      '`rateLimit.models.opus-4.queue` is no option of `rateLimit.models.opus-4`',
    ],
    [{ models: { 'opus-4': { tokensPerMinute: 0 } } }, `\`rateLimit.models.opus-4.tokensPerMinute\` ${WHOLE}`],
    [
      { modelClasses: [] },
      '`rateLimit.modelClasses` must be an object whose keys are model classes and whose values are lists of model ids, not an array',
    ],
    [
      { modelClasses: { mine: [] } },
      '`rateLimit.modelClasses.mine` must be a list of at least one model id, each once',
    ],
    [{ modelClasses: { mine: ['a', 'a'] } }, '`rateLimit.modelClasses.mine` must be a list of at least one model id'],
    [{ maxConcurrent: 0 }, '`rateLimit.maxConcurrent` must be a whole number from 1'],
    [{ concurrency: true }, '`rateLimit.concurrency` must be an object or false, not a boolean.'],
    [{ concurrency: { min: 0 } }, '`rateLimit.concurrency.min` must be a whole number from 1'],
    [{ concurrency: { start: 5 } }, '`rateLimit.concurrency.start` is no option of `rateLimit.concurrency`'],
    [{ safety: 1.01 }, '`rateLimit.safety` must be a number above 0 and up to 1'],
    [{ strictWindow: 'yes' }, '`rateLimit.strictWindow` must be true, false or an object, not a string.'],
    [{ strictWindow: { utilization: 1 } }, '`rateLimit.strictWindow.utilization` must be a number above 0 and below 1'],
    [{ strictWindow: { utilization: 0 } }, '`rateLimit.strictWindow.utilization` must be a number above 0 and below 1'],
    [{ strictWindow: { share: 0.5 } }, '`rateLimit.strictWindow.share` is no option of `rateLimit.strictWindow`'],
    [{ queue: { maxLength: -1 } }, '`rateLimit.queue.maxLength` must be a whole number from 0 to 1000000'],
    [{ queue: { maxLength: 0.5 } }, '`rateLimit.queue.maxLength` must be a whole number from 0 to 1000000'],
    [{ queue: { maxWaitMs: 0 } }, '`rateLimit.queue.maxWaitMs` must be a number of milliseconds above 0'],
    [{ queue: { agingMs: '1' } }, '`rateLimit.queue.agingMs` must be a number of milliseconds above 0'],
    [{ queue: { fairBy: 'tenant' } }, "`rateLimit.queue.fairBy` must be 'user', an object with a `tag`, or a function"],
    [
      { queue: { fairBy: { tag: '' } } },
      '`rateLimit.queue.fairBy.tag` must be a non-empty string, not an empty string.',
    ],
    [{ queue: { fairBy: {} } }, '`rateLimit.queue.fairBy.tag` must be a non-empty string, not undefined.'],
    [{ queue: { size: 1 } }, '`rateLimit.queue.size` is no option of `rateLimit.queue`'],
    [{ estimate: { input: 'exact' } }, "`rateLimit.estimate.input` must be 'blocks' or 'count-tokens', not a string."],
    [{ estimate: { output: 'none' } }, "`rateLimit.estimate.output` must be 'learned' or 'max-tokens', not a string."],
    [{ estimate: { image: 5 } }, '`rateLimit.estimate.image` is no option of `rateLimit.estimate`'],
    [{ learn: 1 }, '`rateLimit.learn` must be true or false'],
  ])('refuses %j and names the path, the kind and the remedy', (options, message) => {
    expect(problems(options)).toEqual([expect.stringContaining(message)]);
  });
});

describe('contradictions between rate limits', () => {
  it.each<readonly [RateLimitOptions, string]>([
    [
      { requestsPerMinute: 10, burst: { requests: 11 } },
      '`rateLimit.burst.requests` must not be above `rateLimit.requestsPerMinute`: lower the one or raise the other.',
    ],
    [
      { models: { 'haiku-4-5': { tokensPerMinute: 10, burst: { tokens: 11 } } } },
      '`rateLimit.models.haiku-4-5.burst.tokens` must not be above `rateLimit.models.haiku-4-5.tokensPerMinute`: lower the one or raise the other.',
    ],
    [
      { requestsPerMinute: 10, burst: { outputTokens: 5 } },
      '`rateLimit.burst.outputTokens` would do nothing without `rateLimit.outputTokensPerMinute`: set that too, or remove it.',
    ],
    [
      { strictWindow: true, inputTokensPerMinute: 10, burst: { inputTokens: 5 } },
      '`rateLimit.burst.inputTokens` and `rateLimit.strictWindow` exclude each other, as its `utilization` decides the burst: keep one of them.',
    ],
    [
      { strictWindow: {}, safety: 0.9 },
      '`rateLimit.safety` would do nothing with `rateLimit.strictWindow`, whose `utilization` takes its place: remove one of them.',
    ],
    [
      { strictWindow: true, requestsPerMinute: 14 },
      '`rateLimit.requestsPerMinute` leaves no burst of a whole request with `rateLimit.strictWindow`: raise it to at least 16, or lower `rateLimit.strictWindow.utilization`.',
    ],
    [
      { strictWindow: { utilization: 0.9 }, models: { 'opus-4': { requestsPerMinute: 9 } } },
      '`rateLimit.models.opus-4.requestsPerMinute` leaves no burst of a whole request with `rateLimit.strictWindow`: raise it to at least 12, or lower `rateLimit.strictWindow.utilization`.',
    ],
    [
      { models: { 'claude-opsu-5': { requestsPerMinute: 5 } } },
      '`rateLimit.models.claude-opsu-5` matches no known model or model class: correct its spelling, or list the model in `rateLimit.modelClasses`.',
    ],
    [
      { models: { 'claude-opus-4-5': { requestsPerMinute: 5 }, 'claude-opus-4-8': { requestsPerMinute: 6 } } },
      '`rateLimit.models.claude-opus-4-5` and `rateLimit.models.claude-opus-4-8` are rules of models that share their limits: keep one of them.',
    ],
    [
      {
        modelClasses: { mine: ['a', 'b'] },
        models: { mine: { requestsPerMinute: 5 }, b: { requestsPerMinute: 6 } },
      },
      '`rateLimit.models.mine` and `rateLimit.models.b` are rules of models that share their limits: keep one of them.',
    ],
    [
      { models: { 'opus-4': {} } },
      '`rateLimit.models.opus-4` names no limit: set one of requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute, tokensPerMinute.',
    ],
    [
      { modelClasses: { one: ['a', 'b'], two: ['c', 'b'] } },
      '`rateLimit.modelClasses.two[1]` is in `rateLimit.modelClasses.one` as well: keep it in one of them.',
    ],
    [
      { concurrency: { min: 30 } },
      '`rateLimit.concurrency.min` must not be above `rateLimit.concurrency.initial`: lower the one or raise the other.',
    ],
    [
      { concurrency: { initial: 50, max: 40 } },
      '`rateLimit.concurrency.initial` must not be above `rateLimit.concurrency.max`: lower the one or raise the other.',
    ],
    [
      { queue: { maxLength: 0, maxWaitMs: 5 } },
      '`rateLimit.queue.maxWaitMs` would do nothing with `rateLimit.queue.maxLength` 0: remove it, or let calls wait.',
    ],
    [
      { queue: { maxLength: 0, agingMs: 5 } },
      '`rateLimit.queue.agingMs` would do nothing with `rateLimit.queue.maxLength` 0: remove it, or let calls wait.',
    ],
    [
      { queue: { maxLength: 0, fairBy: 'user' } },
      '`rateLimit.queue.fairBy` would do nothing with `rateLimit.queue.maxLength` 0: remove it, or let calls wait.',
    ],
  ])('are found in %j', (options, message) => {
    expect(problems(options)).toEqual([message]);
  });

  it('are all named at once', () => {
    const options = { safety: 0.5, strictWindow: true, requestsPerMinute: 1, queue: { maxLength: 0, agingMs: 1 } };
    expect(problems(options)).toHaveLength(3);
  });

  it.each<readonly [RateLimitOptions]>([
    [{}],
    [{ models: {}, modelClasses: {}, burst: {}, queue: {}, estimate: {}, concurrency: {} }],
    [{ requestsPerMinute: 1, burst: { requests: 1 } }],
    [{ requestsPerMinute: 1e12, inputTokensPerMinute: 1, safety: 1, strictWindow: false }],
    [{ strictWindow: true }],
    [{ strictWindow: true, requestsPerMinute: 16, inputTokensPerMinute: 1 }],
    [{ strictWindow: { utilization: 0.9 }, requestsPerMinute: 12 }],
    [{ strictWindow: { utilization: 0.95 }, requestsPerMinute: 23 }],
    [{ models: { 'opus-4': { requestsPerMinute: 5 }, 'opus-4:fast': { requestsPerMinute: 5 } } }],
    [{ models: { 'claude-opus-4-8': { requestsPerMinute: 5 }, 'claude-haiku-4-5': { requestsPerMinute: 5 } } }],
    [{ modelClasses: { mine: ['my-model'] }, models: { 'my-model': { requestsPerMinute: 5 } } }],
    [{ modelClasses: { mine: ['my-model'] }, models: { mine: { requestsPerMinute: 5 } } }],
    [{ queue: { maxLength: 0 } }],
    [{ queue: { fairBy: { tag: 'tenant' } } }],
    [{ queue: { fairBy: ({ user }) => user } }],
    [{ concurrency: false, learn: false, mode: 'shadow', maxConcurrent: 1 }],
  ])('are not seen in %j', (options) => {
    expect(problems(options)).toEqual([]);
  });

  it('are not seen in a rule of a model that is only known as a fallback', () => {
    const models = { mine: { requestsPerMinute: 5 }, yours: { requestsPerMinute: 5 } };
    expect(problems({ models }, { fallbackModels: { mine: ['yours'] } })).toEqual([]);
    expect(problems({ models }, { fallbackModels: { mine: ['theirs'] } })).toHaveLength(1);
  });
});
