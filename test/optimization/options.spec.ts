import type { OptimizeOptions } from 'nestjs-claude';
import { bootClaude, rejection } from '../support/claude-harness.js';

const LARGE = 'claude-opus-5-5';

const OWN = { name: 'own', propose: () => null };

async function problemOf(optimize: unknown): Promise<string> {
  return (await rejection(bootClaude({ optimize: optimize as OptimizeOptions }))).message;
}

function only(strategy: unknown): unknown {
  return { strategies: [strategy] };
}

function models(map: unknown): unknown {
  return only({ use: 'smaller-model', models: map });
}

describe('The option `optimize`', () => {
  it.each<[unknown, string]>([
    [true, '`optimize` must be an object or false'],
    [{}, '`optimize.strategies` must be an array'],
    [{ strategies: [] }, '`optimize.strategies` must be a list of at least one strategy'],
    [{ strategies: ['smaller-model'], dryrun: true }, '`optimize.dryrun` is no option of `optimize`'],
    [only('cheaper'), "`optimize.strategies[0]` must be one of 'smaller-model', 'shorter-answer'"],
    [only({ use: 'cheaper' }), "`optimize.strategies[0].use` must be one of 'smaller-model', 'shorter-answer'"],
    [only({ name: 'own' }), '`optimize.strategies[0]'],
    [
      { strategies: ['smaller-model', { use: 'smaller-model' }] },
      '`optimize.strategies[1]` is called as `optimize.strategies[0]` is',
    ],
    [{ strategies: [OWN, { ...OWN }] }, '`optimize.strategies[1]` is called as'],
    [
      models({ [LARGE]: 'claude-unheard-of' }),
      `\`optimize.strategies[0].models['${LARGE}']\` is a model that no price is known of: correct it`,
    ],
    [
      models({ 'claude-unheard-of': LARGE }),
      '`claude-unheard-of` in `optimize.strategies[0].models` is a model that no price is known of',
    ],
    [
      models({ 'claude-haiku-5-5': LARGE }),
      "`optimize.strategies[0].models['claude-haiku-5-5']` names a model that is not cheaper",
    ],
    [
      models({ 'claude-sonnet-5-5': 'claude-sonnet-5' }),
      'not cheaper than `claude-sonnet-5-5` in every kind of token: name one that is',
    ],
    [models({ 'claude-opus-4-7': 'claude-opus-4-6' }), 'not cheaper than `claude-opus-4-7`'],
    [
      models({ [LARGE]: LARGE }),
      '`optimize.strategies[0].models` must be an object whose keys and values are model ids',
    ],
    [
      only({ use: 'smaller-model', simpleWords: ['?!'] }),
      '`optimize.strategies[0].simpleWords` must be a list of words',
    ],
    [only({ use: 'smaller-model', allow: ['everything'] }), "`optimize.strategies[0].allow[0]` must be 'tools'"],
    [
      only({ use: 'smaller-model', isSimple: () => true, hardWords: ['x'] }),
      '`optimize.strategies[0].hardWords` would do nothing with',
    ],
    [
      only({ use: 'smaller-model', isSimpleTimeoutMs: 5 }),
      '`optimize.strategies[0].isSimpleTimeoutMs` would do nothing without',
    ],
    [only({ use: 'trim-history', keepTurns: 0 }), '`optimize.strategies[0].keepTurns` must be a whole number from 1'],
    [
      only({ use: 'trim-history', maxInputTokens: 0 }),
      '`optimize.strategies[0].maxInputTokens` must be a whole number from 1',
    ],
    [only({ use: 'trim-history', minimumTokens: 5 }), '`optimize.strategies[0].minimumTokens` is no option of'],
    [
      only({ use: 'shorter-answer', safetyFactor: 0.9 }),
      '`optimize.strategies[0].safetyFactor` must be a number of at least 1',
    ],
    [only({ use: 'shorter-answer', quantile: 0 }), '`optimize.strategies[0].quantile` must be a number above 0'],
    [
      only({ use: 'shorter-answer', minimumAnswers: 201 }),
      '`optimize.strategies[0].minimumAnswers` must be a whole number from 1 to 200',
    ],
    [only({ use: 'cache-breakpoints', minimumTokens: -1 }), '`optimize.strategies[0].minimumTokens` must be'],
  ])('is refused at start: %j', async (optimize, message) => {
    expect(await problemOf(optimize)).toContain(message);
  });

  it('takes names, options and strategies of one’s own, and `undefined` as nothing', async () => {
    const strategies = [{ use: 'trim-history', keepTurns: undefined } as never, 'cache-breakpoints' as const, OWN];
    const app = await bootClaude({ optimize: { strategies, dryRun: undefined as never } });
    expect([app.optimizer.strategies, app.optimizer.dryRun]).toEqual([
      ['trim-history', 'cache-breakpoints', 'own'],
      false,
    ]);
  });
});
