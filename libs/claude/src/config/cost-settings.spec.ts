import { InvalidOptionsError } from '../errors/errors.js';
import { resolveSettings } from './settings.js';

const ENV = { ANTHROPIC_API_KEY: 'sk-ant-api03-this-is-a-test-key' };

const LEDGER = { record: () => undefined, summarize: () => undefined, recent: () => [] };

const SINK = { name: 'warehouse', write: () => undefined };

const BUDGET = { name: 'all', limitUsd: 1, window: 'day' };

function budgets(changes: object): unknown {
  return { budgets: [{ ...BUDGET, ...changes }] };
}

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
    [{ ledger: { days: 0 } }, '`cost.ledger.days` must be a whole number from 1'],
    [
      { ledger: { store: {} } },
      '`cost.ledger.store` must be an object with methods `record`, `summarize` and `recent`',
    ],
    [{ ledger: { store: LEDGER, days: 5 } }, '`cost.ledger.days` would do nothing with `cost.ledger.store`'],
    [
      { ledger: { store: LEDGER }, reconciliation: { adminKey: 'sk-ant-admin01-test', workspaces: { default: null } } },
      '`cost.reconciliation.workspaces` needs a ledger that tells what each model used at each endpoint',
    ],
    [{ sinks: {} }, '`cost.sinks` must be an array'],
    [{ sinks: [{ name: '' }] }, '`cost.sinks[0]` must be an object with a non-empty `name`'],
    [{ sinks: [SINK, SINK] }, '`cost.sinks[1].name` is that of `cost.sinks[0]`'],
    [{ sinks: [{ ...SINK, name: 'ledger' }] }, '`cost.sinks[0].name` is taken by the ledger'],
    [{ budgets: {} }, '`cost.budgets` must be an array'],
    [budgets({ name: '' }), '`cost.budgets[0].name` must be a non-empty string'],
    [budgets({ limitUsd: -1 }), '`cost.budgets[0].limitUsd` must be a number of US dollars from 0'],
    [budgets({ limitUsd: NaN }), '`cost.budgets[0].limitUsd` must be a number of US dollars from 0'],
    [budgets({ limitUsd: 1e-10 }), '`cost.budgets[0].limitUsd` must be a number of US dollars from 0'],
    [budgets({ window: 'year' }), '`cost.budgets[0].window'],
    [budgets({ window: { calendar: 'day', timeZone: 'Mars/Olympus' } }), '`cost.budgets[0].window'],
    [budgets({ window: { rollingMs: 59_999 } }), '`cost.budgets[0].window'],
    [budgets({ scope: 'everybody' }), '`cost.budgets[0].scope'],
    [budgets({ scope: { tag: 'team' } }), '`cost.budgets[0].scope'],
    [budgets({ scope: { key: 'other' } }), '`cost.budgets[0].scope.key` is the name of no endpoint'],
    [budgets({ alertAt: [0.5, 0.5] }), '`cost.budgets[0].alertAt` must be a list of numbers above 0'],
    [budgets({ onShortfall: { clamp: { minTokens: 0 } } }), '`cost.budgets[0].onShortfall'],
    [budgets({ mode: 'soft', onShortfall: 'refuse' }), '`cost.budgets[0].onShortfall` would do nothing'],
    [budgets({ mode: 'soft', alertAt: [] }), '`cost.budgets[0]` would do nothing'],
    [{ budgets: [BUDGET, BUDGET] }, '`cost.budgets[1].name` is that of an earlier budget'],
    [{ savings: [] }, '`cost.savings` must be an object'],
    [{ savings: { largerModels: {} } }, '`cost.savings.largerModels` is no option of `cost.savings`'],
    [{ savings: { smallerModels: { 'claude-opus-5-5': 1 } } }, '`cost.savings.smallerModels` must be an object'],
    [{ savings: { smallerModels: { same: 'same' } } }, '`cost.savings.smallerModels` must be an object'],
    [{ savings: { repeatedShare: 0 } }, '`cost.savings.repeatedShare` must be a number above 0 and up to 1'],
    [{ savings: { minimumCacheTokens: 0.5 } }, '`cost.savings.minimumCacheTokens` must be a whole number from 1'],
    [{ savings: { shortPromptTokens: 0 } }, '`cost.savings.shortPromptTokens` must be a whole number from 1'],
    [{ savings: { shortAnswerTokens: '5' } }, '`cost.savings.shortAnswerTokens` must be a whole number from 1'],
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
    expect(resolveSettings({}, ENV).cost).toEqual({
      pricing: {},
      ledger: {},
      budgets: [],
      savings: {},
      sinks: [],
      reconciliation: null,
    });
  });
});
