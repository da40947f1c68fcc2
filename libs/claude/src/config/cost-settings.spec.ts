import { InvalidOptionsError } from '../errors/errors.js';
import { resolveSettings } from './settings.js';

const ENV = { ANTHROPIC_API_KEY: 'sk-ant-api03-this-is-a-test-key' };

function messageFor(cost: unknown): string {
  try {
    resolveSettings({ cost }, ENV);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    return error.message;
  }
}

describe('The option `cost`', () => {
  it.each([
    [true, '`cost` must be an object or false, not a boolean'],
    [{ prices: {} }, '`cost.prices` is no option of `cost`'],
    [{ pricing: { discount: 1 } }, '`cost.pricing.discount`'],
    [{ pricing: { unknownModel: 'guess' } }, '`cost.pricing.unknownModel`'],
    [{ pricing: { filePollMs: 5 } }, '`cost.pricing.filePollMs` would do nothing without'],
    [
      {
        pricing: {
          rows: [
            { models: ['claude-own'], effectiveFrom: '2026-01-01', usdPerMillionTokens: { input: -1, output: 1 } },
          ],
        },
      },
      '`cost.pricing.rows[0].',
    ],
    [{ pricing: { rows: [{ models: ['claude-own'] }] } }, '`cost.pricing.rows[0].'],
  ])('is not %j', (cost, message) => {
    expect(messageFor(cost)).toContain(message);
  });

  it('may be false, or left out', () => {
    expect(resolveSettings({ cost: false }, ENV).cost).toBe(false);
    expect(resolveSettings({}, ENV).cost).toEqual({ pricing: {} });
  });
});
