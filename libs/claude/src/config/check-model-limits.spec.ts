import { InvalidOptionsError } from '../errors/errors.js';
import { checkModelLimits } from './check-model-limits.js';

const PLAIN = { strictWindow: false, refillShare: 0.95 };
const STRICT = { strictWindow: true, refillShare: 0.9 };

describe('limits that are set at run time', () => {
  it('are handed back when there is nothing wrong with them', () => {
    const limits = { requestsPerMinute: 120, burst: { requests: 5 } };
    expect(checkModelLimits(limits, 'limits', PLAIN)).toBe(limits);
    expect(checkModelLimits({ requestsPerMinute: 20 }, 'limits', STRICT)).toEqual({ requestsPerMinute: 20 });
  });

  it.each([
    [undefined, PLAIN, '`limits` must be an object, not undefined.'],
    [[], PLAIN, '`limits` must be an object, not an array.'],
    [{}, PLAIN, '`limits` names no limit: set one of requestsPerMinute,'],
    [{ requestsPerMinute: undefined }, PLAIN, '`limits` names no limit'],
    [{ requestsPerMinute: 0 }, PLAIN, '`limits.requestsPerMinute` must be a whole number from 1'],
    [{ queue: {} }, PLAIN, '`limits.queue` is no option of `limits`'],
    [
      { tokensPerMinute: 5, burst: { tokens: 6 } },
      PLAIN,
      '`limits.burst.tokens` must not be above `limits.tokensPerMinute`',
    ],
    [
      { tokensPerMinute: 5, burst: { tokens: 5 } },
      STRICT,
      '`limits.burst.tokens` and `rateLimit.strictWindow` exclude',
    ],
    [{ requestsPerMinute: 9 }, STRICT, '`limits.requestsPerMinute` leaves no burst of a whole request'],
  ])('are refused for what options are refused for: %j', (limits, window, message) => {
    expect(() => checkModelLimits(limits, 'limits', window)).toThrow(InvalidOptionsError);
    expect(() => checkModelLimits(limits, 'limits', window)).toThrow(message);
  });

  it('are refused for everything that is wrong at once', () => {
    const limits = { requestsPerMinute: 0, tokensPerMinute: NaN, nope: 1 };
    expect(() => checkModelLimits(limits, 'setLimits()', PLAIN)).toThrow(
      /^Invalid rate limits:\n {2}- `setLimits\(\)\.requests.*\n {2}- `setLimits\(\)\.tokens.*\n {2}- `setLimits\(\)\.nope` is no option of `setLimits\(\)`/,
    );
  });
});
